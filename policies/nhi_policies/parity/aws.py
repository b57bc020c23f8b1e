"""What AWS itself holds of each row, read from an agent's role and what hangs on it.

Owns which lock decides which row. Does not own whether a lock is strong enough: rules of the gate decide that.

ECS. A task role can be pinned to the account, not to a cluster or a task: ECS puts neither into `aws:SourceArn`
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html). Which row pays for this? Row 2.1 asks
who can become the agent: anybody in the account who may pass the role to a task, so ECS is `detected` there. Row 2.3
asks that each agent authenticates on its own: the role is the agent's alone, ECS hands its credentials to the one task
that has the role, and no key is shared, so ECS is `enforced` there as long as one service of this one account may
assume the role. Were 2.3 to fall, every tier 2 agent on ECS would be refused for something that no other way of running
a task could mend; whoever wants that asks for row 2.1 in a tier profile.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.delegation import way_on_aws
from nhi.clock import timestamp
from nhi.contract import identity_name

from nhi_policies.declared import lock_date
from nhi_policies.parity.common import UNSAID, add_documented_rows, add_leaver_row
from nhi_policies.parity.model import Answer, Falls, PlatformRows
from nhi_policies.parity.subject import SHARED_IDENTITY, Subject
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents, roles_of, trust
from nhi_policies.view.aws.links import links
from nhi_policies.view.aws.reach import ends
from nhi_policies.view.aws.trust import ECS
from nhi_policies.view.facts import fact
from nhi_policies.view.handovers import handed_by, taken_by
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.resource import Resource

AWS = PlatformRows()
_LISTS = ("inline", "attachments")
_EVERYTHING = ("everything",)


def principal(subject: Subject) -> Resource:
    """The agent's role. Raises `Falls` where the stack makes none, or several."""
    roles = subject.of(t.AWS_ROLE)
    if not roles:
        raise Falls("the stack makes no role for it")
    first, *others = roles
    if others:
        raise Falls(f"{len(roles)} roles of the stack say that they are its own")
    return first


def _name(subject: Subject) -> str:
    (name,) = roles_of(principal(subject))
    return name


def _holding(subject: Subject) -> list[Resource]:
    return links(subject.stack, subject.context).holding(_name(subject), principal(subject))


def _statements(subject: Subject) -> Iterator[Statement]:
    return links(subject.stack, subject.context).statements(_name(subject), principal(subject))


def _denying(subject: Subject) -> tuple[Resource, ...]:
    """The policies on the role that deny something: the guard."""
    return tuple(
        one
        for one in _holding(subject)
        if one.type != t.AWS_ROLE and any(any(document.denies) for document in documents(one, "identity"))
    )


def _granting(subject: Subject) -> tuple[Resource, ...]:
    guard = {one.urn for one in _denying(subject)}
    return tuple(one for one in _holding(subject) if one.type == t.AWS_POLICY and one.urn not in guard)


def _everything_denied(subject: Subject) -> bool:
    return any(
        one.effect == "deny" and "*" in one.actions and "*" in one.resources and not one.conditions
        for one in _statements(subject)
    )


def _cut_off(subject: Subject) -> Answer | None:
    """The answer for an identity that everything is denied, None for any other."""
    if not _everything_denied(subject):
        return None
    return Answer("enforced", "IAM denies everything to the role", _denying(subject))


def _tagged(subject: Subject, *names: str) -> Resource:
    """The role, whose tags of these facts stand and are the file's. Raises `Falls`."""
    role = principal(subject)
    subject.stands("NHI-CLS-011", parts=tuple(f"{kind}::{name}" for name in names for kind in ("tag", "value")))
    return role


# --- 1 provisioning -----------------------------------------------------------------------------------------------


@AWS.row("1.1", "enforced", "a role of the agent's own name; IAM takes no second one")
def unique_identity(subject: Subject) -> Answer:
    """Row 1.1."""
    role = principal(subject)
    if subject.context.owner("aws:role", _name(subject)) != (subject.agent.agent_id, subject.instance):
        raise Falls("the role's name is not the one made from agent and instance, so nothing keeps it the agent's own")
    subject.stands(SHARED_IDENTITY, parts=("role::",))
    return Answer("enforced", "IAM takes no second role of this name, which is made from agent and instance", (role,))


@AWS.row("1.2", "detected", "tags of the role, compared with the file")
def classification(subject: Subject) -> Answer:
    """Row 1.2."""
    role = _tagged(subject, "class", "agent-id", "owner-team", "risk-tier", "purpose", "environment")
    return Answer(
        "detected", "IAM lets tags be changed; the gate compares them with the file", (role,), ("NHI-CLS-011",)
    )


@AWS.row("1.3", "detected", "the tag `nhi:sponsor`, compared with the file")
def sponsorship(subject: Subject) -> Answer:
    """Row 1.3."""
    role = _tagged(subject, "sponsor")
    subject.stands("NHI-SPN-010")
    rules = ("NHI-SPN-010", "NHI-CLS-011")
    return Answer(
        "detected", "IAM lets the sponsor's tag be changed; the gate compares it with the file", (role,), rules
    )


@AWS.row("1.4", "enforced", "the permissions boundary; IAM gives a new role nothing")
def initial_permissions(subject: Subject) -> Answer:
    """Row 1.4."""
    role = principal(subject)
    subject.stands("NHI-PRM-016")
    return Answer("enforced", "IAM gives a role nothing by itself, and the boundary caps whatever is attached", (role,))


@AWS.row("1.5", "enforced", "sessions of STS within the tier's ceiling; no user, no access key")
def credential_issuance(subject: Subject) -> Answer:
    """Row 1.5."""
    role = principal(subject)
    subject.stands("NHI-CRD-010", "NHI-CRD-011")
    return Answer("enforced", "a role has only sessions, and STS ends each within the tier's ceiling", (role,))


def _and_callers(subject: Subject) -> str:
    """Whom else than the workload the trust lets in by declared edges, each under its own name in the hop's tag."""
    edges = taken_by(subject.context, subject.agent.agent_id) if subject.live else ()
    callers = [one.caller for one in edges if way_on_aws(one.edge) == "assume"]
    return f", and under their own names the agents that hand it work ({', '.join(callers)})" if callers else ""


# --- 2 authentication ---------------------------------------------------------------------------------------------


@AWS.row("2.1", "enforced", "the trust policy names the one workload; ECS: detected, it can name the account only")
def machine_identity(subject: Subject) -> Answer:
    """Row 2.1."""
    role = principal(subject)
    rules = ("NHI-TRU-010", "NHI-TRU-011", "NHI-TRU-012", "NHI-TRU-013", "NHI-TRU-014", "NHI-TRU-015")
    subject.stands(*rules)
    allows = tuple(trust(role).allows)
    if not allows:
        return Answer("enforced", "the trust policy lets nobody become it", (role,))
    if any(principal.value == ECS for one in allows for principal in one.principals):
        why = "ECS can be pinned to the account only, so whoever may pass the role to a task can become it"
        return Answer("detected", why, (role,), ("NHI-TRU-012", "NHI-TRU-015"))
    return Answer(
        "enforced", f"STS lets in only the workload that the trust policy pins{_and_callers(subject)}", (role,)
    )


@AWS.row("2.2", "documented", "the client secret's place; scopes are the issuer's business")
def oauth(subject: Subject) -> Answer:
    """Row 2.2."""
    credential = subject.agent.credential
    if credential is None or credential.type != "oauth2_client_credentials":
        return Answer("documented", "the file declares no OAuth client; calls to AWS are signed with session keys")
    secrets = subject.of(t.AWS_SECRET)
    if not secrets:
        why = (
            "and the stack keeps no secret for it"
            if subject.live
            else "whose secret is gone while the agent is stopped"
        )
        raise Falls(f"the file declares an OAuth client, {why}")
    return Answer("documented", "the client's secret is kept for the role alone; its issuer decides scopes", secrets)


@AWS.row("2.3", "enforced", "one role for each identity, which one service of this account or one subject may assume")
def no_shared_credentials(subject: Subject) -> Answer:
    """Row 2.3."""
    role = principal(subject)
    if subject.context.owner("aws:role", _name(subject)) != (subject.agent.agent_id, subject.instance):
        raise Falls("the role's name is not the one made from agent and instance, so it may serve several")
    subject.stands("NHI-TRU-010", "NHI-TRU-011", "NHI-TRU-012", "NHI-TRU-013", "NHI-TRU-014", SHARED_IDENTITY)
    if not any(trust(role).allows):
        return Answer("enforced", "STS gives nobody sessions of the role", (role,))
    why = f"STS gives sessions of the role to one workload{_and_callers(subject)}, and no other role lets that one in"
    return Answer("enforced", why, (role,))


@AWS.row("2.4", "enforced", "sessions end by themselves; a stored secret has a SecretRotation")
def rotation(subject: Subject) -> Answer:
    """Row 2.4."""
    role = principal(subject)
    subject.stands("NHI-CRD-010", "NHI-CRD-012")
    rotations = subject.of(t.AWS_SECRET_ROTATION)
    if subject.of(t.AWS_SECRET):
        return Answer(
            "enforced", "Secrets Manager rotates the secret on its schedule, STS ends sessions", (*rotations, role)
        )
    return Answer("enforced", "STS ends every session, and the next one has new keys", (role,))


@AWS.row("2.5", "detected", "no value of a secret in the program; nothing can refuse one in code")
def no_hardcoded_secret(subject: Subject) -> Answer:
    """Row 2.5."""
    role = principal(subject)
    rules = ("NHI-CRD-010", "NHI-CRD-013")
    subject.stands(*rules)
    by = subject.of(t.AWS_SECRET) or (role,)
    return Answer(
        "detected", "the gate finds secret values and static keys in the program; code is not read", by, rules
    )


# --- 3 authorisation ----------------------------------------------------------------------------------------------


@AWS.row("3.1", "detected", "exclusive lists of policies, and each grant proved against the file")
def least_privilege(subject: Subject) -> Answer:
    """Row 3.1."""
    rules = ("NHI-PRM-010", "NHI-PRM-011", "NHI-PRM-012", "NHI-PRM-013", "NHI-PRM-015", "NHI-PRM-018")
    principal(subject)
    subject.stands(*rules)
    subject.stands("NHI-PRM-017", parts=_LISTS)
    lists = subject.of(t.AWS_ROLE_POLICIES_EXCLUSIVE, t.AWS_ROLE_ATTACHMENTS_EXCLUSIVE)
    why = "every grant is proved against the file, and a foreign policy is taken off at the next deployment"
    return _cut_off(subject) or Answer("detected", why, (*_granting(subject), *lists), ("NHI-PRM-017", *rules))


@AWS.row("3.2", "enforced", "explicit denies of the guard policy, where the file denies something")
def scope_constraints(subject: Subject) -> Answer:
    """Row 3.2."""
    principal(subject)
    subject.stands("NHI-PRM-017", parts=("deny::", *_EVERYTHING))
    meaning = meaning_of(subject.context, subject.agent.agent_id, "aws")
    if cut := _cut_off(subject):
        return cut
    if meaning is None or not meaning.denies:
        subject.stands("NHI-PRM-018")
        why = "the file denies nothing that AWS knows by name; what it allows is proved against the grants"
        return Answer("detected", why, _granting(subject), ("NHI-PRM-018",))
    return Answer("enforced", "IAM denies what the file denies, whatever is attached later", _denying(subject))


@AWS.row("3.3", "enforced", "dates in every Allow and in the trust policy, and a deny from the lock date on")
def time_bounded(subject: Subject) -> Answer:
    """Row 3.3."""
    role = principal(subject)
    subject.stands("NHI-EXP-010", "NHI-EXP-011")
    subject.stands("NHI-PRM-017", parts=("lock-date", *_EVERYTHING))
    if cut := _cut_off(subject):
        return cut
    lock = lock_date(subject.agent)
    if lock is None:
        raise Falls("the file names no date on which access ends")
    for statement in (*_statements(subject), *trust(role).statements):
        if statement.effect == "allow" and ends(statement) is None:
            raise Falls(f"{statement.label} never ends")
    why = f"IAM stops allowing at the latest on {timestamp(lock)}, and denies everything from then on"
    return Answer("enforced", why, (*_denying(subject), role, *_granting(subject)))


@AWS.row(
    "3.4",
    "enforced",
    "exact callers, hop tags and an end in the trust of an assumed role; detected: a call, which carries no depth",
)
def delegation(subject: Subject) -> Answer:
    """Row 3.4.

    What IAM holds by itself: whom an agent may assume or call, who may assume it, after how many hops, and until when.
    What it does not: that a caller narrows the session which it starts, and the depth of a chain through a call, as the
    callee works in a session of its own. Both are safe without it, since the gate proves that nobody on a chain may do
    more than those before; it makes the row `detected` where a function or a runtime is called.
    """
    role = principal(subject)
    subject.stands("NHI-ESC-010", *_WIDENING)
    if cut := _cut_off(subject):
        return cut
    hands = [one for one in handed_by(subject.context, subject.agent.agent_id) if way_on_aws(one.edge)]
    takes = [one for one in taken_by(subject.context, subject.agent.agent_id) if way_on_aws(one.edge)]
    subject.stands("NHI-PRM-018", parts=tuple(f"Action::{action}" for action in _HAND_OVER))
    scopes = tuple(_scope(subject, one.callee) for one in hands)
    if not hands and not takes:
        why = "it hands work to nobody and takes none, and the gate finds grants with which it could become another one"
        return Answer("detected", why, _granting(subject), ("NHI-ESC-010", *_WIDENING))
    callers, callees = ", ".join(one.caller for one in takes), ", ".join(one.callee for one in hands)
    held = [f"IAM lets it hand work only to {callees}, and only until those edges end"] if hands else []
    if any(way_on_aws(one.edge) == "invoke" for one in (*hands, *takes)):
        # Nothing on this platform binds who calls a function of an agent that only takes work.
        by = (*_granting(subject), *scopes) if hands else (role,)
        held += ["a call carries no depth: the gate proves chains by the files, and finds callers that nobody declared"]
        return Answer("detected", "; ".join(held), by, _WIDENING)
    held += [f"STS lets in {callers} alone, counts the hops in tags that nobody can set again"] if takes else []
    held += [
        "that a caller narrows the session is not asked; the gate proves that none holds more than those before it"
    ]
    return Answer("enforced", "; ".join(held), (role, *(_granting(subject) if hands else ()), *scopes))


_WIDENING = ("NHI-DEL-101", "NHI-DEL-102", "NHI-DEL-103", "NHI-DEL-104")
"""What the gate says about edges that nobody declared, and about access that widens along a chain."""
_HAND_OVER = ("sts:AssumeRole", "sts:TagSession", "lambda:InvokeFunction", "bedrock-agentcore:InvokeAgentRuntime")


def _scope(subject: Subject, callee: str) -> Resource:
    """The policy to which a session for a callee is narrowed. Raises `Falls` where there is none."""
    prefix = subject.declared.environment.environment.prefix
    agent, instance = subject.agent.agent_id, subject.instance
    name = identity_name("aws:policy", prefix, agent, instance, f"to-{callee}")
    for one in subject.of(t.AWS_POLICY):
        if one.peek("name") == name:
            return one
    raise Falls(f"no policy says to what a session for {callee} is narrowed")


_NO_CHOSEN_USER = (
    "deny::bedrock-agentcore:GetWorkloadAccessToken",
    "deny::sts:SetContext",
    "deny::*",
    "deny::except",
    *_EVERYTHING,
)
"""What the guard denies because of the file's word about users."""


@AWS.row("3.5", "enforced", "the guard: nothing without a user (required), nothing with one (never)")
def user_context(subject: Subject) -> Answer:
    """Row 3.5."""
    role = principal(subject)
    said = subject.agent.acts_on_behalf
    if cut := _cut_off(subject):
        return cut
    if said is None:
        return UNSAID
    subject.stands("NHI-USR-010", "NHI-USR-011")
    subject.stands("NHI-PRM-017", parts=_NO_CHOSEN_USER)
    by = (*_denying(subject), role)
    if said == "required":
        why = "IAM denies everything but its own plumbing to a session without a user, whom a provider vouched for"
        return Answer("enforced", why, (*by, *_granting(subject)))
    if said == "never":
        return Answer("enforced", "IAM denies everything to a session with a user, and nobody may put one in", by)
    why = "it may act for users, and holds the same without one; only a user of its caller's choice is denied"
    return Answer("documented", why, by)


# --- 4 monitoring, 5 review ---------------------------------------------------------------------------------------

add_documented_rows(AWS, "CloudTrail")


@AWS.row("5.4", "detected", "the tag `nhi:expires`, and the file's end date")
def credential_audit(subject: Subject) -> Answer:
    """Row 5.4."""
    role = _tagged(subject, "expires")
    if fact(role, "expires") is None:
        raise Falls("the role does not say when it ends")
    rules = ("NHI-CRD-002", "NHI-STA-010", "NHI-CLS-010")
    return Answer("detected", "the gate finds agents past their date, and roles that no file declares", (role,), rules)


# --- 6 deprovisioning ---------------------------------------------------------------------------------------------


@AWS.row("6.1", "detected", "the tag `nhi:state`, and what a stopped agent still holds; logs are not looked at")
def retired(subject: Subject) -> Answer:
    """Row 6.1."""
    role = _tagged(subject, "state")
    subject.stands("NHI-STA-011")
    subject.stands("NHI-PRM-017", parts=_EVERYTHING)
    rules = ("NHI-STA-011", "NHI-CLS-011")
    if subject.live:
        why = "once the file retires it, the gate refuses whatever it still holds; nobody archives its logs yet"
        return Answer("detected", why, (role,), rules)
    why = "everything is denied and nobody can become it; nobody archives its logs yet"
    return Answer("detected", why, (role, *_denying(subject)), rules)


add_leaver_row(AWS, principal, time_bounded)


@AWS.row("6.3", "documented", "the state of the file; detected once it is stopped")
def incident(subject: Subject) -> Answer:
    """Row 6.3."""
    role = principal(subject)
    if subject.live:
        return Answer(
            "documented", "the next deployment after `state: quarantined` denies everything; nothing raises it"
        )
    subject.stands("NHI-STA-011")
    subject.stands("NHI-PRM-017", parts=_EVERYTHING)
    why = "everything is denied to its sessions as well; nobody keeps its logs yet"
    return Answer("detected", why, (role, *_denying(subject)), ("NHI-STA-011", "NHI-PRM-017"))


@AWS.row("6.4", "detected", "the tag `nhi:risk-tier`, and the tier's ceilings at every run")
def tier_change(subject: Subject) -> Answer:
    """Row 6.4."""
    role = _tagged(subject, "risk-tier")
    rules = ("NHI-CLS-011", "NHI-CRD-011", "NHI-EXP-010")
    return Answer("detected", "every run judges it by the ceilings of the tier in its file", (role,), rules)
