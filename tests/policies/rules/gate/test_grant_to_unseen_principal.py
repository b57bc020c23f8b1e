"""Fixtures of NHI-GAT-007."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-007"

_TENANT = e.context()


_SHOP = kit.resource(t.ENTRA_APPLICATION, "shop", {"displayName": "shop"})


def _only(subject: object, **id: object) -> object:
    """The resource with a plain id, or an unknown one that comes from nowhere."""
    return e.by_hand(kit.altered(subject, **id), property_dependencies={})


def _of_both(subject: object) -> object:
    urns = (e.principal().urn, e.principal(e.mail_agent()).urn)
    return e.by_hand(subject, property_dependencies={"principalObjectId": urns})


_ROBOT = "robot@acme-agents.iam.gserviceaccount.com"


def _member(member: object) -> object:
    return g.on_bucket(member=member, role="roles/storage.objectViewer", condition=...)


GOOD = [
    Case("a directory in which everybody is made", e.good(e.group(None, members=[e.ANNA])), _TENANT),
    Case(
        "role, attachment, account and binding of one stack",
        [kit.role(), kit.policy(), kit.attachment(), kit.service_account(), kit.k8s_binding()],
    ),
    Case("account, role and members on Google Cloud", [g.account(), g.role(), g.member(), g.become()], g.context()),
]
BAD = [
    Case("an app role for an id", e.good(_only(e.assignment(), principalObjectId=e.STRANGER)), _TENANT, e.STRANGER),
    Case(
        "a credential for an id", e.good(_only(e.federated(), applicationId=f"/applications/{e.BELA}")), _TENANT, "app"
    ),
    Case("a member by its id", e.good(e.group(None, members=[e.ANNA, e.STRANGER])), _TENANT, "member"),
    Case("of one of two agents", e.good(_of_both(e.assignment())), _TENANT, "several agents"),
    Case("an attachment to a role that was only read", [kit.attachment()], expect="acme-support-agent"),
    Case(
        "an inline policy on another stack's role", [kit.role(), kit.inline_policy(role="deployer")], expect="deployer"
    ),
    Case(
        "a binding to another stack's account",
        [
            kit.service_account(),
            kit.k8s_binding(subjects=[{"kind": "ServiceAccount", "name": "deployer", "namespace": "ci"}]),
        ],
        expect="ci/deployer",
    ),
    Case("an account of another stack", [g.member()], g.context(), "acme-support-agent@"),
    Case(
        "a machine's default account",
        [_member("serviceAccount:1-compute@developer.gserviceaccount.com")],
        g.context(),
        "1-compute",
    ),
    Case(
        "an account in another project", [g.account(project="acme-other-1"), g.member()], g.context(), "acme-agents.iam"
    ),
    Case(
        "somebody else's subject",
        [_member(f"principal://iam.googleapis.com/{g.POOL}/subject/x")],
        g.context(),
        "subject/x",
    ),
    Case("somebody else's pod", [_member("serviceAccount:acme.svc.id.goog[shop/web]")], g.context(), "shop/web"),
    Case("in a binding", [g.binding("user:a@example.com", f"serviceAccount:{_ROBOT}")], g.context(), "robot@"),
]
NEAR_MISS = [
    Case(
        "a service's own",
        e.good(_SHOP, e.by_hand(e.federated(), property_dependencies={"applicationId": (_SHOP.urn,)})),
        _TENANT,
    ),
    Case(
        "an output of one agent's whole identity",
        e.good(
            e.by_hand(
                e.assignment(),
                property_dependencies={
                    "principalObjectId": (e.application().urn, e.principal().urn, e.federated().urn)
                },
            )
        ),
        _TENANT,
    ),
    Case("a person in a group", e.good(_only(e.membership(None), memberObjectId=e.ANNA)), _TENANT),
    Case("a stack without agents", [kit.attachment()], kit.context(agents={})),
    Case("a binding to a group of people", [kit.k8s_binding(subjects=[{"kind": "Group", "name": "sre"}])]),
    Case(
        "a role given by ARN",
        [kit.role(), kit.attachment(role="arn:aws:iam::111122223333:role/agents/acme-support-agent")],
    ),
    Case("people on Google Cloud", [_member("user:a@example.com"), _member("group:care@example.com")], g.context()),
    Case("an account that is made", [g.raw_account(), _member(f"serviceAccount:{_ROBOT.upper()}")], g.context()),
    Case(
        "a service of Google", [_member("serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com")], g.context()
    ),
    Case(
        "a pod as another account",
        [g.become(member="serviceAccount:acme.svc.id.goog[shop/web]", serviceAccountId=_ROBOT)],
        g.context(),
    ),
    Case("the agent's own engine", [_member(g.engine())], g.context(g.ON_ENGINE)),
]
UNKNOWN = [
    Case("an app role for whomever", e.good(_only(e.assignment())), _TENANT, "principalObjectId"),
    Case("a credential for whatever", e.good(_only(e.federated())), _TENANT, "applicationId"),
    Case("a group of whomever", e.good(e.group(None, members=kit.UNKNOWN)), _TENANT, "members"),
    Case("an attachment to an unknown role", [kit.role(), kit.attachment(role=kit.UNKNOWN)], expect="role"),
    Case("an unknown member", [g.account(), _member(kit.UNKNOWN)], g.context(), "member"),
    Case("an unknown account", [g.become(serviceAccountId=kit.UNKNOWN)], g.context(), "serviceAccountId"),
    Case(
        "an account by its number",
        [g.become(serviceAccountId="projects/-/serviceAccounts/123456")],
        g.context(),
        "address",
    ),
    Case("an unknown policy", [g.policy(policyData=kit.UNKNOWN)], g.context(), "policyData"),
    Case("an account whose id is unknown", [g.account(accountId=kit.UNKNOWN), g.member()], g.context(), "acme-support"),
    Case("a role whose name is unknown", [kit.role(name=kit.UNKNOWN), kit.attachment()], expect="role"),
]
