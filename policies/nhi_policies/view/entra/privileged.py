"""Permissions with which an application can become more than it is: values and ids, and what each lets it do.

Owns the table. An assignment names a permission by an id, a delegated grant by its value, and a name can be written
over another's id, so both are looked for. Does not own what is said about them (`rules/escalation`).

Ids of Microsoft Graph's permissions are the same in every tenant. They and the values were compared on 2026-11-27 in
two published lists, an export of Graph's own service principal (merill/microsoft-info) and the classification of
Cloud-Architekt/AzurePrivilegedIAM; which of them lead to everything is after emiliensocchi/azure-tiering (tier 0) and
Microsoft's own list of what agents may not have. The two of Exchange Online are those of its documentation. A list is
never whole: what is not in it is held to the agent's file like any other permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_GRAPH = "https://learn.microsoft.com/graph/permissions-reference"
_EXCHANGE = "https://learn.microsoft.com/exchange/client-developer/exchange-web-services"


@dataclass(frozen=True, slots=True)
class Privileged:
    """One privileged permission: its value, its ids as app role and as delegated scope where it has them, its use."""

    value: str
    role_id: str | None
    scope_id: str | None
    gains: str
    source: str


def _rows(gains: str, table: str) -> tuple[Privileged, ...]:
    """One row for each three words: the value, the app role's id, the scope's id; `-` where there is none."""
    words = (None if word == "-" else word for word in table.split())
    return tuple(
        Privileged(value or "", role, scope, gains, f"{_GRAPH}#{(value or '').lower().replace('.', '')}")
        for value, role, scope in zip(words, words, words, strict=True)
    )


PRIVILEGED: tuple[Privileged, ...] = (
    *_rows(
        "give itself or anybody a directory role",
        """
        RoleManagement.ReadWrite.Directory
            9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8 d01b97e9-cbc0-49fe-810a-750afd5527a3
        RoleAssignmentSchedule.ReadWrite.Directory
            dd199f4a-f148-40a4-a2ec-f0069cc799ec 8c026be3-8e26-4774-9372-8d5d6f21daff
        RoleEligibilitySchedule.ReadWrite.Directory
            fee28b28-e1f3-4841-818e-2704dc62245f 62ade113-f8e0-4bf9-a6ba-5acb31db32fd
        RoleManagementPolicy.ReadWrite.Directory
            31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad 1ff1be21-34eb-448c-9ac9-ce1f506b2a68
        PrivilegedAccess.ReadWrite.AzureAD
            854d9ab1-6657-4ec8-be45-823027bcd009 3c3c74f5-cdaa-4a97-b7e0-4e788bfcfb37
        PrivilegedAccess.ReadWrite.AzureResources
            6f9d5abc-2db6-400b-a267-7de22a40fb87 a84a9652-ffd3-496e-a991-22ba5529156a
        RoleManagement.ReadWrite.Exchange
            025d3225-3f02-4882-b4c0-cd5b541a4e80 c1499fe0-52b1-4b22-bed2-7a244e0e879f
        RoleManagement.ReadWrite.CloudPC
            274d0592-d1b6-44bd-af1d-26d259bcb43a 501d06f8-07b8-4f18-b5c6-c191a4af7a82
        RoleManagement.ReadWrite.Defender
            8b7e8c0a-7e9d-4049-97ec-04b5e1bcaf05 d8914f8f-9f64-4bd1-b4d3-f5a701ed8457
        """,
    ),
    *_rows(
        "give itself or any application a permission",
        """
        AppRoleAssignment.ReadWrite.All
            06b708a9-e830-4db3-a914-8e69da51d44f 84bccea3-f856-4a8a-967b-dbe0a3d53a64
        DelegatedPermissionGrant.ReadWrite.All
            8e8e4742-1d95-4f68-9d56-6ee75648c72a 41ce6ca6-6826-4807-84f1-1c82854f7ee5
        Policy.ReadWrite.PermissionGrant
            a402ca1c-2696-4531-972d-6e5ee4aa11ea 2672f8bb-fd5e-42e0-85e1-ec764dd2614e
        ConsentRequest.ReadWrite.All
            9f1b81a7-0223-4428-bfa4-0bcb5535f27d 497d9dfa-3bd1-481a-baab-90895e54568c
        PrivilegedAssignmentSchedule.ReadWrite.EntraAppRole
            81adad77-a25a-489d-ac43-321115620139 e07122a7-d275-4a27-a2f5-eb62349edae0
        PrivilegedEligibilitySchedule.ReadWrite.EntraAppRole
            7f4c39f1-1aa7-44b7-ab05-38df2609c37a f7ff1cb0-e255-4bb3-b24a-6708c60c5418
        RoleManagementPolicy.ReadWrite.EntraAppRole
            ec563bdb-80dc-47c0-81d3-bff47cc6ac06 652ec839-e4ac-4eb5-b545-ecc90eeceb2d
        """,
    ),
    *_rows(
        "make itself a credential of another application",
        """
        Application.ReadWrite.All
            1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9 bdfbf15f-ee85-4955-8675-146e8e5296b5
        Application.ReadUpdate.All
            fc023787-fd04-4e44-9bc7-d454f00c0f0a 0586a906-4d89-4de8-b3c8-1aacdcc0c679
        Application.ReadWrite.OwnedBy
            18a4783c-866b-4cc7-a460-3d5e5662c884 -
        Synchronization.ReadWrite.All
            9b50c33d-700f-43b1-b2eb-87e89b703581 7bb27fa3-ea8f-4d67-a916-87715b6188bd
        AgentIdentityBlueprint.AddRemoveCreds.All
            0510736e-bdfb-4b37-9a1f-89b4a074763a 75b5feb2-bfe7-423f-907d-cc505186f246
        AgentIdentityBlueprint.ReadWrite.All
            7fddd33b-d884-4ec0-8696-72cff90ff825 4fd490fc-1467-48eb-8a4c-421597ab0402
        AgentIdentityBlueprint.UpdateAuthProperties.All
            19202363-278e-49c2-bf00-391e2ba00881 6f677aa9-25af-49a5-8a1d-628dc7f0d009
        """,
    ),
    *_rows(
        "join a group, or put others into one, and so get whatever the group holds",
        """
        Directory.ReadWrite.All
            19dbc75e-c2e2-444c-a770-ec69d8559fc7 c5366453-9fb0-48a5-a156-24f0c49a4b84
        Group.ReadWrite.All
            62a82d76-70ea-41e2-9197-370581804d09 4e46008b-f24c-477d-8fff-7bb4ec7aafe0
        GroupMember.ReadWrite.All
            dbaae8cf-10b5-4b86-a4a1-f871c94c6695 f81125ac-d3b7-4573-a3b2-7099cc39df9e
        Group-OnPremisesSyncBehavior.ReadWrite.All
            2d9bd318-b883-40be-9df7-63ec4fcdc424 37e00479-5776-4659-aecf-4841ec5d590a
        PrivilegedAccess.ReadWrite.AzureADGroup
            2f6817f8-7b12-4f0f-bc18-eeaf60705a9e 32531c59-1f32-461f-b8df-6f8a3b89f73b
        PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup
            41202f2c-f7ab-45be-b001-85c9728b9d69 06dbc45d-6708-4ef0-a797-f797ee68bf4b
        PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup
            618b6020-bca8-4de6-99f6-ef445fa4d857 ba974594-d163-484e-ba39-c330d5897667
        RoleManagementPolicy.ReadWrite.AzureADGroup
            b38dcc4d-a239-4ed6-aa84-6c65b284f97c 0da165c7-3f15-4236-b733-c0b0f6abe41d
        EntitlementManagement.ReadWrite.All
            9acd699f-1e81-4958-b001-93b1d2506e19 ae7a573d-81d7-432b-ad44-4ed5c9d89038
        AdministrativeUnit.ReadWrite.All
            5eb59dd3-1da2-4329-8733-9dabdc435916 7b8a2d34-6b3f-4542-a343-54651608ad81
        """,
    ),
    *_rows(
        "sign in as somebody else",
        """
        Directory.AccessAsUser.All
            - 0e263e50-5827-48a4-b97c-d940288653c7
        User.ReadWrite.All
            741f803b-c850-494e-b5df-cde7c675a1ca 204e0828-b5ca-4ad8-b9f3-f32a958e7cc4
        User.ManageIdentities.All
            c529cfca-c91b-489c-af2b-d92990b66ce6 637d7bec-b31e-4deb-acc9-24275642a2c9
        User.EnableDisableAccount.All
            3011c876-62b7-4ada-afa2-506cbbecc68c f92e74e7-2563-467f-9dd0-902688cb5863
        User.DeleteRestore.All
            eccc023d-eccf-4e7b-9683-8813ab36cecc 4bb440cd-2cf2-4f90-8004-aa2acd2537c5
        User-PasswordProfile.ReadWrite.All
            cc117bb9-00cf-4eb8-b580-ea2a878fe8f7 56760768-b641-451f-8906-e1b8ab31bca7
        UserAuthenticationMethod.ReadWrite.All
            50483e42-d915-4231-9639-7fdb7fd190e5 b7887744-6746-4312-813d-72daeaee7e2d
        UserAuthMethod-Email.ReadWrite.All
            e8ecb853-1435-4a49-95ba-ec5b31b11672 074f680f-c89e-45be-880e-5d0642860a1c
        UserAuthMethod-External.ReadWrite.All
            c7a22c2e-5b01-4129-8159-6c8be2c78f16 9d91805d-0f53-43e3-a0f3-303ad4f3056f
        UserAuthMethod-HardwareOATH.ReadWrite.All
            7e9ebcc1-90aa-4471-8051-e68d6b4e9c89 480643f2-a162-43c5-a670-dc1494fc911b
        UserAuthMethod-MicrosoftAuthApp.ReadWrite.All
            c833c349-a1ab-4b6d-94a2-fa9a8674420c 1b7322b2-5cb3-4f13-928f-d7ca97c5fba9
        UserAuthMethod-Passkey.ReadWrite.All
            0400e371-7db1-4338-a269-96069eb65227 64930478-d0ea-4671-ad72-fe0d9821df09
        UserAuthMethod-Password.ReadWrite.All
            f6d38dfd-ec08-4995-8f07-23e929df0936 7f5b683d-df96-4690-a88d-6e336ed6dc7c
        UserAuthMethod-Phone.ReadWrite.All
            6e85d483-7092-4375-babe-0a94a8213a58 48c99302-9a24-4f27-a8a7-acef4debba14
        UserAuthMethod-PlatformCred.ReadWrite.All
            1a87acf4-a9ca-4576-a974-452ea265d5f6 cb11bf8c-dde1-4504-b6a5-31e1562b0749
        UserAuthMethod-QR.ReadWrite.All
            4869299f-18c3-40c8-98f2-222657e67db1 db39086a-da7d-4cbd-9ac0-6816f9a80c95
        UserAuthMethod-SoftwareOATH.ReadWrite.All
            787442d4-3c6e-4e99-aa95-8ccca20a48ff 5b34c8b5-2396-4b35-b284-83fb6a3e73ce
        UserAuthMethod-TAP.ReadWrite.All
            627169a8-8c15-451c-861a-5b80e383de5c 05de4a66-e51a-4312-842a-30c8094698d2
        UserAuthMethod-WindowsHello.ReadWrite.All
            f14eee8a-713e-45aa-8223-2ab74632db1a 13eae17d-aaa4-47b8-aaee-0eb33c6e2450
        SignInIdentifier.ReadWrite.All
            7fc588a2-ea2d-4d1f-bcf7-33c324b149b8 b4673c3c-7b5a-4012-9826-7c7e3c8db6af
        SecurityIdentitiesActions.ReadWrite.All
            af2bf46f-7bf1-4be3-8bad-e17e279e8462 818229ce-20e4-47bd-92f4-bc94dbb37a56
        AgentIdUser.ReadWrite.All
            b782c9ad-6f2b-4894-a21b-72bf22417f0a ad57fb88-4658-4fd6-ab7d-e43184b08e4e
        LifecycleWorkflows.ReadWrite.All
            5c505cf4-8424-4b8e-aa14-ee06e3bb23e3 84b9d731-7db8-4454-8c90-fd9e95350179
        LifecycleWorkflows-Workflow.ReadWrite.All
            94c88098-1d9d-4c42-a356-4d5a95312554 29e49f0c-a053-4cc5-a4b1-7da0c8c1e643
        """,
    ),
    *_rows(
        "bring in an issuer or a domain that vouches for anybody",
        """
        Domain.ReadWrite.All
            7e05723c-0bb0-42da-be95-ae9f08a6e53c 0b5d694c-a244-4bde-86e6-eb5cd07730fe
        Domain-InternalFederation.ReadWrite.All
            64d40371-8d58-4270-bc8a-b4a66de36b9a 857bd3ea-490e-4284-88a7-a7de1893b6ee
        IdentityProvider.ReadWrite.All
            90db2b9a-d928-4d33-a4dd-8442ae3d41e4 f13ce604-1677-429f-90bd-8a10b9f01325
        OnPremDirectorySynchronization.ReadWrite.All
            c22a92cc-79bf-4bb1-8b6c-e0a05d3d80ce c2d95988-7604-4ba1-aaed-38a5f82a51c7
        Organization.ReadWrite.All
            292d869f-3427-49a8-9dab-8c70152b74e9 46ca0847-7e6b-426e-9775-ea810a948356
        PublicKeyInfrastructure.ReadWrite.All
            a2b63618-5350-462d-b1b3-ba6eb3684e26 3591b7f3-dba8-4bad-b667-7a64bd4f2b83
        MutualTlsOauthConfiguration.ReadWrite.All
            78bbf8cf-07d8-45ba-b0eb-1a7b48efbcf1 a51115bc-f64f-498f-bcee-00dcd28f4a03
        SpiffeTrustDomain.ReadWrite.All
            17b78cfd-eeff-447d-8bab-2795af00055a 8ba47079-8c47-4bfe-b2ce-13f28ef37247
        DelegatedAdminRelationship.ReadWrite.All
            cc13eba4-8cd8-44c6-b4d4-f93237adce58 885f682f-a990-4bad-a642-36736a74b0c7
        Policy.ReadWrite.CrossTenantAccess
            338163d7-f101-4c92-94ba-ca46fe52447c 014b43d0-6ed4-4fc6-84dc-4b6f7bae7d85
        """,
    ),
    *_rows(
        "take down what guards sign-ins",
        """
        Policy.ReadWrite.ConditionalAccess
            01c0a623-fc9b-48e9-b794-0756f8e8f067 ad902697-1014-4ef5-81ef-2b4301988e8c
        Policy.ReadWrite.AuthenticationMethod
            29c18626-4985-4dcd-85c0-193eef327366 7e823077-d88e-468f-a337-e18f1f0e6c7c
        Policy.ReadWrite.Authorization
            fb221be6-99f2-473f-bd32-01c6a0e9ca3b edd3c878-b384-41fd-95ad-e7407dd775be
        Policy.ReadWrite.FedTokenValidation
            90bbca0b-227c-4cdc-8083-1c6cfb95bac6 be1be369-4540-4ac9-8928-79de99f70d8f
        Policy.ReadWrite.ApplicationConfiguration
            be74164b-cff1-491c-8741-e671cb536e13 b27add92-efb2-4f16-84f5-8108ba77985c
        """,
    ),
    *_rows(
        "run its own code on administrators' machines",
        """
        DeviceManagementConfiguration.ReadWrite.All
            9241abd9-d0e6-425a-bd4f-47ba86e767a4 0883f392-0a7a-443d-8c76-16a6d39c7b63
        DeviceManagementScripts.ReadWrite.All
            9255e99d-faf5-445e-bbf7-cb71482737c4 8b9d79d0-ad75-4566-8619-f7500ecfcebe
        DeviceManagementRBAC.ReadWrite.All
            e330c4f0-4170-414e-a55a-2f022ec2b57b 0c5e8a55-87a6-4556-93ab-adc52c4d862d
        """,
    ),
    Privileged(
        "full_access_as_app",
        "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
        None,
        "read and write every mailbox",
        f"{_EXCHANGE}/how-to-authenticate-an-ews-application-by-using-oauth",
    ),
    Privileged(
        "Exchange.ManageAsApp",
        "dc50a0fb-09a3-484d-be87-e023b12c6440",
        None,
        "administer every mailbox",
        "https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2",
    ),
)

BY_ID: Mapping[str, Privileged] = {
    id: row for row in PRIVILEGED for id in (row.role_id, row.scope_id) if id is not None
}
BY_VALUE: Mapping[str, Privileged] = {row.value.lower(): row for row in PRIVILEGED}


def privileged(id: str | None, value: str | None) -> Privileged | None:
    """The privileged permission that this id, or this value, is; None where it is none."""
    found = BY_ID.get(id.lower()) if id is not None else None
    return found or (BY_VALUE.get(value.lower()) if value is not None else None)
