"""What Google Cloud itself holds of each row, read from an agent's account or engine and what hangs on it.

Owns which lock decides which row. Does not own whether a lock is strong enough: rules of the gate decide that.

Keys. A service account has tokens, which Google ends within an hour, and can have keys, which never end. Whoever makes
a key administers the account, as whoever takes a policy off a role does on AWS; the gate finds keys of this stack, and
members and roles with which somebody could make one. Where keys are to be impossible, the organization's policy
`iam.disableServiceAccountKeyCreation` does it; it is not this program's resource. An Agent Engine has no keys at all.

Who becomes the agent. A pool's provider pins a token's subject, so that is `enforced`. All GKE clusters of a project
share one pool, so the same namespace and account in another cluster is the same principal; and Cloud Run runs whatever
is deployed with the account by somebody who may act as it. Both are `detected` in row 2.1: nothing on the platform
holds the one service or cluster that the file names. Each is `enforced` in row 2.3, because the account is the agent's
alone.

Denies. A deny policy takes permissions of some services only, and none that the agent needs elsewhere. Where the file
denies more than that, row 3.2 is `detected`, and says how much is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from nhi.catalog.invocation import google_endpoint
from nhi.clock import timestamp

from nhi_policies.declared import lock_date
from nhi_policies.parity.common import (
    NONE_STANDS,
    UNSAID,
    WIDENS,
    add_documented_rows,
    add_leaver_row,
    edges_of,
    hands_over,
)
from nhi_policies.parity.model import Answer, Falls, PlatformRows
from nhi_policies.parity.subject import SHARED_IDENTITY, Subject
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.gcp.agents import account_id, email, of_account
from nhi_policies.view.gcp.boundaries import boundary
from nhi_policies.view.gcp.denies import must_deny, policies_of
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import kinds_of

GCP = PlatformRows()
_TOKEN_LIFE = timedelta(hours=1)
"""https://cloud.google.com/iam/docs/service-account-creds#access-tokens"""
_MAKING_KEYS = ("NHI-CRD-300", "NHI-ESC-300", "NHI-TRU-302")
_ENTRANCES = ("NHI-TRU-300", "NHI-TRU-301", "NHI-TRU-302", "NHI-TRU-303", "NHI-TRU-304", "NHI-IDN-302")
_GRANTS = ("NHI-PRM-300", "NHI-PRM-301", "NHI-PRM-303", "NHI-PRM-304", "NHI-TRU-304")


def _kind(subject: Subject) -> str | None:
    """The kind of workload that the file declares."""
    workload = subject.agent.credential.workload if subject.agent.credential else None
    return workload.kind if workload is not None else None


def _of(subject: Subject, *kinds: str) -> tuple[Resource, ...]:
    return tuple(one for one in subject.resources if kinds_of(one.type) & set(kinds))


def _grants(subject: Subject) -> tuple[Resource, ...]:
    """Its members, and the roles that they hand out."""
    members = (one for one in _of(subject, "gcp-grant") if not of_account(one))
    return (*_of(subject, "gcp-role"), *members)


def _entrances(subject: Subject) -> tuple[Resource, ...]:
    """Its provider, and who may become it."""
    return (*subject.of(t.GCP_PROVIDER), *subject.of(*t.GCP_ACCOUNT_GRANTS))


def principal(subject: Subject) -> Resource:
    """The agent's account; on Agent Engine, which has none, the first resource that serves its engine.

    Raises `Falls` where the stack makes none, or several accounts.
    """
    if _kind(subject) == "agent-engine":
        shown = (*_grants(subject), *_deny(subject))
        if not shown:
            raise Falls("nothing in the stack serves its engine")
        return shown[0]
    accounts = subject.of(t.GCP_SERVICE_ACCOUNT)
    if not accounts:
        raise Falls("the stack makes no service account for it")
    first, *others = accounts
    if others:
        raise Falls(f"{len(accounts)} accounts of the stack say that they are its own")
    return first


def _named(subject: Subject) -> Resource:
    """The account, whose address is the one that the file comes to. Raises `Falls`."""
    shown = principal(subject)
    if shown.type == t.GCP_SERVICE_ACCOUNT and shown.peek("accountId") != account_id(
        subject.declared, subject.instance
    ):
        raise Falls("the account's id is not the one made from agent and instance, so nothing keeps it the agent's own")
    subject.stands("NHI-IDN-300", "NHI-IDN-301")
    return shown


def _described(subject: Subject, *names: str) -> tuple[Resource, ...]:
    """Account and roles, whose description says these facts as the file does. Raises `Falls`."""
    principal(subject)
    subject.stands("NHI-CLS-300", parts=tuple(f"{name}::" for name in names))
    shown = (*subject.of(t.GCP_SERVICE_ACCOUNT), *_of(subject, "gcp-role"))
    if not shown:
        raise Falls("it has neither an account nor a role that could say so")
    return shown


def _deny(subject: Subject) -> tuple[Resource, ...]:
    return policies_of(subject.stack, (subject.agent.agent_id, subject.instance), subject.context)


def _stopped(subject: Subject) -> Answer | None:
    """The answer for an identity that is stopped and holds nothing; None for one that works. Raises `Falls`."""
    if subject.live:
        return None
    shown = principal(subject)
    subject.stands("NHI-STA-300")
    why = "no member serves it and nobody may become it, so IAM allows it nothing"
    return Answer("enforced", why, (shown, *_of(subject, "gcp-role")))


# --- 1 provisioning -----------------------------------------------------------------------------------------------


@GCP.row("1.1", "enforced", "an account of the agent's own id, or the engine itself; IAM takes no second one")
def unique_identity(subject: Subject) -> Answer:
    """Row 1.1."""
    shown = _named(subject)
    subject.stands(SHARED_IDENTITY)
    if shown.type != t.GCP_SERVICE_ACCOUNT:
        return Answer("enforced", "the engine is the principal, which Google gives to no other engine", (shown,))
    return Answer("enforced", "IAM takes no second account of this id, made from agent and instance", (shown,))


@GCP.row("1.2", "detected", "the description of account and roles, compared with the file")
def classification(subject: Subject) -> Answer:
    """Row 1.2."""
    by = _described(subject, "class", "agent-id", "owner-team", "risk-tier", "purpose", "environment")
    return Answer(
        "detected", "IAM lets descriptions be changed; the gate compares them with the file", by, ("NHI-CLS-300",)
    )


@GCP.row("1.3", "detected", "`sponsor` in the description, compared with the file")
def sponsorship(subject: Subject) -> Answer:
    """Row 1.3."""
    by = _described(subject, "sponsor")
    subject.stands("NHI-SPN-010")
    rules = ("NHI-SPN-010", "NHI-CLS-300")
    return Answer("detected", "IAM lets the sponsor be changed; the gate compares it with the file", by, rules)


@GCP.row("1.4", "enforced", "a principal access boundary, where the environment asks for one; not on Agent Engine")
def initial_permissions(subject: Subject) -> Answer:
    """Row 1.4."""
    shown = principal(subject)
    if stopped := _stopped(subject):
        return stopped
    subject.stands("NHI-PRM-307", *_GRANTS)
    address = email(subject.declared, subject.instance)
    bound = boundary(subject.stack, subject.context, address) if address and _kind(subject) != "agent-engine" else None
    if bound is None:
        why = "IAM gives a new principal nothing; nothing caps what is granted later, and the gate proves each grant"
        return Answer("detected", why, (shown, *_grants(subject)), _GRANTS)
    why = "IAM gives an account nothing by itself, and the boundary keeps whatever is granted inside the project"
    return Answer("enforced", why, (shown, *bound))


@GCP.row(
    "1.5", "enforced", "tokens that Google ends within an hour; no key, and nobody in the stack who could make one"
)
def credential_issuance(subject: Subject) -> Answer:
    """Row 1.5."""
    shown = principal(subject)
    subject.stands(*_MAKING_KEYS)
    ceiling = subject.declared.environment.profile.ceilings(subject.agent.risk_tier).max_token_life
    if ceiling < _TOKEN_LIFE:
        raise Falls("Google's tokens live an hour, which is longer than the tier allows")
    if shown.type != t.GCP_SERVICE_ACCOUNT:
        return Answer("enforced", "an engine has no keys, and Google ends each of its tokens within an hour", (shown,))
    return Answer("enforced", "Google ends each token of the account within an hour; it has no key", (shown,))


# --- 2 authentication ---------------------------------------------------------------------------------------------


@GCP.row("2.1", "enforced", "provider and member pin the one subject; Cloud Run and GKE: detected")
def machine_identity(subject: Subject) -> Answer:
    """Row 2.1."""
    shown = principal(subject)
    subject.stands(*_ENTRANCES)
    if stopped := _stopped(subject):
        return stopped
    kind, doors = _kind(subject), _entrances(subject)
    if kind == "agent-engine":
        return Answer("enforced", "the engine is the principal; nobody can impersonate it", (shown,))
    if kind == "cloud-run":
        why = "Cloud Run runs what is deployed with the account by whoever may act as it; the gate finds both"
        return Answer("detected", why, (shown,), ("NHI-IDN-302", "NHI-TRU-302", "NHI-ESC-301"))
    if not any(of_account(one) for one in doors):
        return Answer("enforced", "the account's allow policy lets nobody become it", (shown,))
    if kind == "gke":
        why = "the project's clusters share one pool, so another cluster's pod of the same name would be let in"
        return Answer("detected", why, (shown, *doors), ("NHI-TRU-302", "NHI-IDN-302"))
    if not subject.of(t.GCP_PROVIDER):
        raise Falls("no provider of the stack vouches for its workload")
    return Answer("enforced", "the provider takes one subject, and the account lets only that one in", (shown, *doors))


@GCP.row("2.2", "documented", "the client secret's place; scopes are the issuer's business")
def oauth(subject: Subject) -> Answer:
    """Row 2.2."""
    credential = subject.agent.credential
    if credential is None or credential.type != "oauth2_client_credentials":
        return Answer("documented", "the file declares no OAuth client; Google's tokens are for the whole platform")
    secrets = _of(subject, "gcp-secret")
    if not secrets:
        why = "and the stack keeps no secret for it" if subject.live else "whose secret is gone while it is stopped"
        raise Falls(f"the file declares an OAuth client, {why}")
    subject.stands("NHI-CRD-302")
    return Answer("documented", "the client's secret is kept for the agent alone; its issuer decides scopes", secrets)


@GCP.row("2.3", "enforced", "one account, or engine, for each identity; its own workload only is let in")
def no_shared_credentials(subject: Subject) -> Answer:
    """Row 2.3."""
    shown = _named(subject)
    subject.stands(SHARED_IDENTITY, "NHI-IDN-003", "NHI-CRD-302", *_ENTRANCES)
    if shown.type != t.GCP_SERVICE_ACCOUNT:
        return Answer("enforced", "Google gives tokens of an engine's identity to that engine only", (shown,))
    why = "Google gives tokens of the account to its own workload, and no other account lets that one in"
    return Answer("enforced", why, (shown, *_entrances(subject)))


@GCP.row(
    "2.4", "enforced", "tokens end by themselves; a stored secret: detected, Google tells a topic and rotates nothing"
)
def rotation(subject: Subject) -> Answer:
    """Row 2.4."""
    shown = principal(subject)
    subject.stands("NHI-CRD-300", "NHI-CRD-301", "NHI-EXP-301")
    secrets = _of(subject, "gcp-secret")
    if secrets:
        why = "Secret Manager tells a topic when the secret is due; whether anybody replaces it, nothing looks"
        return Answer("detected", why, (shown, *secrets), ("NHI-CRD-301", "NHI-EXP-301"))
    return Answer("enforced", "Google ends every token, and signs the next one with new keys", (shown,))


@GCP.row("2.5", "detected", "no value of a secret and no key in the program; nothing can refuse one in code")
def no_hardcoded_secret(subject: Subject) -> Answer:
    """Row 2.5."""
    shown = principal(subject)
    rules = ("NHI-CRD-300", "NHI-CRD-013")
    subject.stands(*rules)
    by = _of(subject, "gcp-secret") or (shown,)
    return Answer("detected", "the gate finds secret values and keys in the program; code is not read", by, rules)


# --- 3 authorisation ----------------------------------------------------------------------------------------------


@GCP.row("3.1", "detected", "custom roles of its own, and each grant proved against the file")
def least_privilege(subject: Subject) -> Answer:
    """Row 3.1."""
    principal(subject)
    rules = (*_GRANTS, "NHI-PRM-302", "NHI-PRM-308", "NHI-IDN-302")
    subject.stands(*rules)
    if stopped := _stopped(subject):
        return stopped
    why = "IAM only adds: every permission is proved against the file, and a member that is added by hand stays"
    return Answer("detected", why, _grants(subject) or (principal(subject),), rules)


@GCP.row("3.2", "enforced", "a deny policy, where every denied permission is one that it takes")
def scope_constraints(subject: Subject) -> Answer:
    """Row 3.2."""
    principal(subject)
    subject.stands("NHI-PRM-306", "NHI-PRM-308")
    meaning = meaning_of(subject.context, subject.agent.agent_id, "gcp")
    denied = {action for grant in (meaning.denies if meaning else ()) for action in grant.actions}
    carried = must_deny(subject.declared, subject.context)
    if stopped := _stopped(subject):
        return stopped
    if len(carried) < len(denied) or not denied:
        subject.stands("NHI-PRM-304")
        rules = ("NHI-PRM-304", "NHI-PRM-306", "NHI-PRM-308")
        left = len(denied) - len(carried)
        why = (
            f"{left} of {len(denied)} denied permissions are none that a deny policy can take; nothing grants them"
            if denied
            else "the file denies nothing that Google Cloud knows by name; what it allows is proved against the grants"
        )
        return Answer("detected", why, (*_deny(subject), *_grants(subject)), rules)
    return Answer("enforced", "IAM denies what the file denies, whoever is made a member later", _deny(subject))


@GCP.row("3.3", "enforced", "`request.time` in the condition of every member, and the secret's own end")
def time_bounded(subject: Subject) -> Answer:
    """Row 3.3."""
    shown = principal(subject)
    subject.stands("NHI-EXP-300", "NHI-EXP-301", "NHI-ESC-303")
    if stopped := _stopped(subject):
        return stopped
    lock = lock_date(subject.agent)
    if lock is None:
        raise Falls("the file names no date on which access ends")
    members = _of(subject, "gcp-grant")
    if any(binding.end() is None for one in members for binding in bindings(one)):
        raise Falls("a member of it never ends")
    why = f"IAM stops allowing at the latest on {timestamp(lock)}, by the condition of every member"
    return Answer("enforced", why, (shown, *members, *_of(subject, "gcp-secret")))


@GCP.row("3.4", "detected", "members on the callee's own endpoint, with an end; what a callee may do is proved")
def delegation(subject: Subject) -> Answer:
    """Row 3.4."""
    shown = principal(subject)
    rules = ("NHI-ESC-300", "NHI-ESC-302", "NHI-ESC-303", "NHI-PRM-300")
    subject.stands(*rules)
    if stopped := _stopped(subject):
        return stopped
    by = _grants(subject) or (shown,)
    if not hands_over(subject):
        why = "the file allows no delegation, and the gate finds roles with which it could become another identity"
        return Answer("detected", why, by, rules)
    rules = (*rules, *WIDENS, "NHI-DEL-300")
    subject.stands(*WIDENS, "NHI-DEL-300")
    edges = edges_of(subject)
    if not edges:
        return Answer("detected", NONE_STANDS, by, rules)
    guarded = sum(google_endpoint(one.edge.callee) is not None for one in edges)
    why = (
        f"IAM lets callers invoke the endpoint of a callee on {guarded} of {len(edges)} edges, each until its end, and "
        "guards no other; it knows neither depth nor a narrower scope, so the gate proves what each callee may do"
    )
    return Answer("detected", why, by, rules)


@GCP.row("3.5", "detected", "nothing held by itself (required), no provider of users' tokens (never)")
def user_context(subject: Subject) -> Answer:
    """Row 3.5."""
    shown = principal(subject)
    said = subject.agent.acts_on_behalf
    if said is None:
        return UNSAID
    subject.stands("NHI-USR-300", "NHI-USR-301")
    if said == "required":
        why = (
            "IAM knows no user beside a principal, so it holds nothing but models; the gate finds members and providers"
        )
        return Answer("detected", why, (shown,), ("NHI-USR-300", "NHI-USR-301"))
    if said == "never":
        return Answer("detected", "the gate finds providers of users' tokens that serve it", (shown,), ("NHI-USR-301",))
    return Answer("documented", "it may act for users, and what it holds it holds with no user as well", (shown,))


# --- 4 monitoring, 5 review ---------------------------------------------------------------------------------------

add_documented_rows(GCP, "Google Cloud's audit log")


@GCP.row("5.4", "detected", "`expires` in the description, and keys")
def credential_audit(subject: Subject) -> Answer:
    """Row 5.4."""
    by = _described(subject, "expires")
    subject.stands("NHI-CRD-300")
    if any(fact(one, "expires") is None for one in by):
        raise Falls("account or role does not say when it ends")
    rules = ("NHI-CRD-002", "NHI-CRD-300", "NHI-STA-010", "NHI-CLS-010")
    return Answer(
        "detected", "the gate finds agents past their date, keys, and engines that no file declares", by, rules
    )


# --- 6 deprovisioning ---------------------------------------------------------------------------------------------


@GCP.row("6.1", "detected", "`state` in the description, and what a stopped agent still holds; logs are not looked at")
def retired(subject: Subject) -> Answer:
    """Row 6.1."""
    by = _described(subject, "state")
    subject.stands("NHI-STA-300")
    rules = ("NHI-STA-300", "NHI-CLS-300")
    if subject.live:
        why = "once the file retires it, the gate refuses whatever it still holds; nobody archives its logs yet"
        return Answer("detected", why, by, rules)
    why = "its account is disabled, no member serves it and nobody may become it; nobody archives its logs yet"
    return Answer("detected", why, (*by, *_deny(subject)), rules)


add_leaver_row(GCP, principal, time_bounded)


@GCP.row("6.3", "documented", "the state of the file; detected once it is stopped")
def incident(subject: Subject) -> Answer:
    """Row 6.3."""
    by: Iterable[Resource] = (principal(subject),)
    if subject.live:
        return Answer(
            "documented", "the next deployment after `state: quarantined` takes its members away; nothing raises it"
        )
    subject.stands("NHI-STA-300")
    why = (
        "no member serves it, so tokens that it still has for up to an hour are good for nothing; nobody keeps its logs"
    )
    return Answer("detected", why, (*by, *_deny(subject)), ("NHI-STA-300",))


@GCP.row("6.4", "detected", "`risk-tier` in the description, and the tier's ceilings at every run")
def tier_change(subject: Subject) -> Answer:
    """Row 6.4."""
    by = _described(subject, "risk-tier")
    rules = ("NHI-CLS-300", "NHI-CRD-301", "NHI-EXP-300")
    return Answer("detected", "every run judges it by the ceilings of the tier in its file", by, rules)
