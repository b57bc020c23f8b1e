"""What Entra ID itself holds of each row, read from an agent's application and principal and what hangs on them.

Owns which lock decides which row. Does not own whether a lock is strong enough: rules of the gate decide that.

The directory has neither a deny nor a clock, and nothing caps what an administrator assigns later, so most of what AWS
enforces is `detected` here. What it does enforce: an application's id is its own; it takes tokens of one issuer,
subject and audience only; a token names one API and carries what is assigned there; a delegated grant for one user is
no grant for another; a disabled principal gets no token.

How long a token lives. The directory chooses 60 to 90 minutes for each. A client that says it follows revocation
(`cp1`) gets up to 24 hours for Microsoft Graph, and loses them within minutes once its principal is disabled or
deleted. Only a token lifetime policy of the tenant changes that, for which the provider has no resource:
https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes
https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation-workload
It counts as the hour that the tier profiles write, as a role's session on AWS does, which cannot be shorter than an
hour either. Where a tier allows less than an hour, row 1.5 falls.

Who becomes the agent. The directory takes the token of one subject. Where that subject is a role on ECS, or a Google
account, it is only as good as that one: whoever may pass the role, or act as the account, becomes the agent here too.
So row 2.1 is `detected` for these, and row 2.3 `enforced`, as on their own clouds.

Passwords. A password works for whoever copied it, until it ends. So an agent that has one reaches `enforced` neither in
row 1.5 nor in rows 2.1 and 2.3.
"""

from __future__ import annotations

from datetime import timedelta

from nhi.catalog.invocation import assignable
from nhi.clock import timestamp

from nhi_policies.declared import lock_date
from nhi_policies.parity.common import NONE_STANDS, WIDENS, add_documented_rows, edges_of, hands_over
from nhi_policies.parity.model import Answer, Falls, PlatformRows
from nhi_policies.parity.subject import SHARED_IDENTITY, Subject
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.resource import Resource

ENTRA = PlatformRows()
_TOKEN_LIFE = timedelta(hours=1)
"""What the directory gives by itself, in the profiles' words."""
_LENT = {
    "ecs": "it takes tokens of the agent's AWS role, which whoever may pass it to a task can become",
    "cloud-run": "it takes tokens of a Google account, which whoever may act as it can become",
    "agent-engine": "it takes tokens of a Google account, which whoever may act as it can become",
}
"""By kind of workload: why its subject is not the workload alone."""
_ENTRANCE = ("NHI-TRU-200", "NHI-TRU-202", "NHI-CRD-200")
_GRANTS = ("NHI-PRM-200", "NHI-PRM-201", "NHI-PRM-205", "NHI-ESC-200", "NHI-ESC-201")


def identity(subject: Subject) -> tuple[Resource, Resource]:
    """The agent's application and its service principal. Raises `Falls` where the stack lacks one or has several."""
    return _one(subject, "application", *sorted(t.KINDS["entra-application"])), _one(
        subject, "service principal", t.ENTRA_SERVICE_PRINCIPAL
    )


def _one(subject: Subject, what: str, *types: str) -> Resource:
    found = subject.of(*types)
    if not found:
        raise Falls(f"the stack makes no {what} for it")
    first, *others = found
    if others:
        raise Falls(f"{len(found)} {what}s of the stack say that they are its own")
    return first


def _tagged(subject: Subject, *names: str) -> tuple[Resource, Resource]:
    """Both objects, whose tags of these facts stand and are the file's. Raises `Falls`."""
    found = identity(subject)
    subject.stands("NHI-CLS-011", parts=tuple(f"{kind}::{name}" for name in names for kind in ("tag", "value")))
    return found


def _passwords(subject: Subject) -> tuple[Resource, ...]:
    return subject.of(t.ENTRA_APPLICATION_PASSWORD)


def _entrances(subject: Subject) -> tuple[Resource, ...]:
    return subject.of(*sorted(t.KINDS["entra-trust"]))


def _grants(subject: Subject) -> tuple[Resource, ...]:
    return subject.of(*sorted(t.KINDS["entra-grant"] | t.KINDS["entra-membership"]))


def _cut_off(subject: Subject) -> Answer | None:
    """The answer for an identity whose principal is disabled, None for any other. Raises `Unproven`."""
    _, principal = identity(subject)
    if principal.read("accountEnabled", default=True) is not False:
        return None
    return Answer("enforced", "the principal is disabled, so Entra ID gives nobody a token as the agent", (principal,))


# --- 1 provisioning -----------------------------------------------------------------------------------------------


@ENTRA.row("1.1", "enforced", "an application of the agent's own; the directory makes its id, and one principal of it")
def unique_identity(subject: Subject) -> Answer:
    """Row 1.1."""
    own = identity(subject)
    subject.stands("NHI-IDN-200")
    subject.stands(SHARED_IDENTITY, parts=("application::", "service principal::"))
    return Answer("enforced", "the directory gives an application an id that no other has, and one principal", own)


@ENTRA.row("1.2", "detected", "tags of application and principal, compared with the file")
def classification(subject: Subject) -> Answer:
    """Row 1.2."""
    own = _tagged(subject, "class", "agent-id", "owner-team", "risk-tier", "purpose", "environment")
    why = "the directory lets tags be changed; the gate compares them with the file"
    return Answer("detected", why, own, ("NHI-CLS-011",))


@ENTRA.row("1.3", "detected", "the tag `nhi:sponsor` and the notes, compared with the file; nobody owns the objects")
def sponsorship(subject: Subject) -> Answer:
    """Row 1.3."""
    own = _tagged(subject, "sponsor")
    subject.stands("NHI-SPN-010", "NHI-SPN-200")
    why = "the directory lets tags and notes be changed; the gate compares them with the file"
    return Answer("detected", why, own, ("NHI-SPN-010", "NHI-SPN-200", "NHI-CLS-011"))


@ENTRA.row("1.4", "detected", "a new principal holds nothing; nothing caps what is assigned later")
def initial_permissions(subject: Subject) -> Answer:
    """Row 1.4."""
    own = identity(subject)
    subject.stands(*_GRANTS)
    why = "the directory gives a principal nothing by itself; the gate proves what is assigned, and there is no ceiling"
    return Answer("detected", why, (*own, *_grants(subject)), _GRANTS)


@ENTRA.row("1.5", "enforced", "tokens of 60 to 90 minutes, or 24 hours that revocation ends; a password: detected")
def credential_issuance(subject: Subject) -> Answer:
    """Row 1.5."""
    _, principal = identity(subject)
    subject.stands("NHI-CRD-200", "NHI-CRD-202")
    if cut := _cut_off(subject):
        return cut
    passwords = _passwords(subject)
    if passwords:
        why = "a password lives for weeks; the directory ends it on its date, and the gate asks for an exception"
        return Answer("detected", why, passwords, ("NHI-CRD-201", "NHI-CRD-202"))
    ceiling = subject.declared.environment.profile.ceilings(subject.agent.risk_tier).max_token_life
    if ceiling < _TOKEN_LIFE:
        raise Falls(f"tokens live 60 to 90 minutes, and the tier allows {ceiling}")
    why = "Entra ID gives only tokens that end: after 60 to 90 minutes, or 24 hours where revocation ends them as well"
    return Answer("enforced", why, (principal, *_entrances(subject)))


# --- 2 authentication ---------------------------------------------------------------------------------------------


@ENTRA.row("2.1", "enforced", "one exact issuer, subject and audience; a password: detected")
def machine_identity(subject: Subject) -> Answer:
    """Row 2.1."""
    identity(subject)
    rules = (*_ENTRANCE, "NHI-TRU-201", "NHI-TRU-203", "NHI-TRU-205")
    subject.stands(*rules)
    if other := _not_federated(subject, "whoever reads the password can become the agent"):
        return other
    workload = subject.agent.credential.workload if subject.agent.credential else None
    lent = _LENT.get(workload.kind) if workload else None
    if lent is not None:
        return Answer("detected", lent, _entrances(subject), rules)
    why = "Entra ID takes tokens of the declared issuer, subject and audience only"
    return Answer("enforced", why, _entrances(subject))


@ENTRA.row("2.2", "enforced", "tokens of one API each, with the roles and scopes that are assigned there")
def oauth(subject: Subject) -> Answer:
    """Row 2.2."""
    _, principal = identity(subject)
    subject.stands("NHI-PRM-200", "NHI-PRM-201")
    why = "each token names one API, which is given what is assigned for it there and nothing else"
    return _cut_off(subject) or Answer("enforced", why, (principal, *_grants(subject)))


@ENTRA.row("2.3", "enforced", "one application for each identity, which one subject may become; a password: detected")
def no_shared_credentials(subject: Subject) -> Answer:
    """Row 2.3."""
    identity(subject)
    subject.stands(*_ENTRANCE, SHARED_IDENTITY)
    if other := _not_federated(subject, "a password that is copied serves two"):
        return other
    why = "Entra ID lets one subject become the application, and no other application lets that one in"
    return Answer("enforced", why, _entrances(subject))


def _not_federated(subject: Subject, stored: str) -> Answer | None:
    """The answer for an identity that nobody becomes, or with a password; None for one with a federated workload."""
    if cut := _cut_off(subject):
        return cut
    passwords = _passwords(subject)
    if passwords:
        why = f"{stored}; the gate proves that it is in the agent's secret alone, and asks for an exception"
        return Answer("detected", why, passwords, ("NHI-CRD-201", "NHI-CRD-203"))
    if not _entrances(subject):
        return Answer("enforced", "the application trusts nobody, so nobody can become the agent", identity(subject))
    return None


@ENTRA.row("2.4", "enforced", "tokens end by themselves; so does a password, and the next window makes another")
def rotation(subject: Subject) -> Answer:
    """Row 2.4."""
    own = identity(subject)
    subject.stands("NHI-CRD-200", "NHI-CRD-202")
    passwords = _passwords(subject)
    if passwords:
        why = "Entra ID ends the password on its date; a deployment in the next window makes another before"
        return Answer("enforced", why, passwords)
    return Answer("enforced", "Entra ID ends every token, and the next one is a new one", own)


@ENTRA.row("2.5", "detected", "no value of a secret in the program; nothing can refuse one in code")
def no_hardcoded_secret(subject: Subject) -> Answer:
    """Row 2.5."""
    own = identity(subject)
    rules = ("NHI-CRD-200", "NHI-CRD-203")
    subject.stands(*rules)
    why = "the gate finds secrets of applications, and where their values go; code is not read"
    return Answer("detected", why, _passwords(subject) or own, rules)


# --- 3 authorisation ----------------------------------------------------------------------------------------------


@ENTRA.row("3.1", "detected", "each assignment and scope proved against the file; no directory role")
def least_privilege(subject: Subject) -> Answer:
    """Row 3.1."""
    rules = ("NHI-PRM-202", *_GRANTS)
    identity(subject)
    subject.stands(*rules)
    why = "every assignment and scope of this stack is proved against the file; what is assigned elsewhere is not seen"
    return _cut_off(subject) or Answer("detected", why, _grants(subject) or identity(subject), rules)


@ENTRA.row("3.2", "detected", "no assignment of what the file denies; the directory has no deny")
def scope_constraints(subject: Subject) -> Answer:
    """Row 3.2."""
    rules = ("NHI-PRM-200", "NHI-PRM-201", "NHI-PRM-203")
    own = identity(subject)
    subject.stands(*rules)
    why = "what the file allows is proved against the assignments, and what it denies is not assigned"
    return _cut_off(subject) or Answer("detected", why, _grants(subject) or own, rules)


@ENTRA.row("3.3", "detected", "the tag `nhi:expires`; the directory has no clock")
def time_bounded(subject: Subject) -> Answer:
    """Row 3.3."""
    own = _tagged(subject, "expires")
    rules = ("NHI-EXP-200", "NHI-STA-011")
    subject.stands(*rules)
    if cut := _cut_off(subject):
        return cut
    lock = lock_date(subject.agent)
    if lock is None:
        raise Falls("the file names no date on which access ends")
    why = f"from {timestamp(lock)} on the gate refuses whatever it still holds; nothing in the directory takes it away"
    return Answer("detected", why, own, rules)


@ENTRA.row("3.4", "detected", "tokens for a callee to its assigned callers only; what a callee may do is proved")
def delegation(subject: Subject) -> Answer:
    """Row 3.4."""
    own = identity(subject)
    rules = ("NHI-ESC-200", "NHI-ESC-201", "NHI-TRU-204", "NHI-DEL-200")
    subject.stands(*rules)
    if cut := _cut_off(subject):
        return cut
    by = _grants(subject) or own
    if not hands_over(subject):
        why = "the file allows no delegation, and the gate finds permissions with which it could be another identity"
        return Answer("detected", why, by, rules)
    subject.stands(*WIDENS)
    edges = edges_of(subject)
    if not edges:
        return Answer("detected", NONE_STANDS, by, (*rules, *WIDENS))
    assigned = sum(assignable(one.edge.caller, one.edge.callee) for one in edges)
    why = (
        f"the directory gives tokens for a callee to its assigned callers only, on {assigned} of {len(edges)} edges; "
        "it knows neither their end, nor depth, nor a narrower scope, so the gate proves what each callee may do"
    )
    return Answer("detected", why, by, (*rules, *WIDENS))


@ENTRA.row("3.5", "enforced", "delegated scopes for named users, where `acts_on_behalf` is required; never: detected")
def user_context(subject: Subject) -> Answer:
    """Row 3.5."""
    _, principal = identity(subject)
    rules = ("NHI-USR-200", "NHI-PRM-204")
    subject.stands(*rules)
    subject.stands("NHI-PRM-201", parts=("user::",))
    said = subject.agent.acts_on_behalf
    if said == "required":
        why = "it holds delegated scopes of named users only, and Entra ID gives no more than the user may do as well"
        return Answer("enforced", why, (principal, *_grants(subject)))
    if said == "optional":
        return Answer("documented", "beside scopes of users it holds what works without any; nothing compares the two")
    why = "the file lets it act for no user, and the gate finds delegated scopes"
    return Answer("detected", why, _grants(subject) or (principal,), rules)


# --- 4 monitoring, 5 review ---------------------------------------------------------------------------------------

add_documented_rows(ENTRA, "the tenant's sign-in and audit log")


@ENTRA.row("5.4", "detected", "the tag `nhi:expires`, and the file's end date; ends of passwords")
def credential_audit(subject: Subject) -> Answer:
    """Row 5.4."""
    own = _tagged(subject, "expires")
    if None in [fact(one, "expires") for one in own]:
        raise Falls("its application or its principal does not say when it ends")
    subject.stands("NHI-CRD-202")
    rules = ("NHI-CRD-002", "NHI-CRD-202", "NHI-STA-010")
    return Answer("detected", "the gate finds agents past their date, and secrets without an end", own, rules)


# --- 6 deprovisioning ---------------------------------------------------------------------------------------------


@ENTRA.row("6.1", "detected", "the tag `nhi:state`, and what a stopped agent still holds; logs are not looked at")
def retired(subject: Subject) -> Answer:
    """Row 6.1."""
    own = _tagged(subject, "state")
    rules = ("NHI-STA-011", "NHI-CLS-011")
    subject.stands("NHI-STA-011")
    if subject.live:
        why = "once the file retires it, the gate refuses whatever it still holds; nobody archives its logs yet"
    else:
        why = "its principal is disabled and holds nothing; nobody archives its logs yet"
    return Answer("detected", why, own, rules)


@ENTRA.row("6.2", "detected", "the sponsor directory; nothing but a password ends by itself")
def sponsor_leaves(subject: Subject) -> Answer:
    """Row 6.2."""
    own = identity(subject)
    if subject.agent.sponsor is None:
        raise Falls("the file names no sponsor who could leave")
    rules = ("NHI-SPN-003", "NHI-SPN-005")
    return Answer("detected", "the gate finds a sponsor who left, or whom the directory does not know", own, rules)


@ENTRA.row("6.3", "documented", "the state of the file; detected once it is stopped")
def incident(subject: Subject) -> Answer:
    """Row 6.3."""
    _, principal = identity(subject)
    if subject.live:
        return Answer(
            "documented", "the next deployment after `state: quarantined` disables the principal; nothing raises it"
        )
    subject.stands("NHI-STA-011")
    why = "the principal is disabled, so no new token is given, and those that exist run out; nobody keeps its logs yet"
    return Answer("detected", why, (principal,), ("NHI-STA-011",))


@ENTRA.row("6.4", "detected", "the tag `nhi:risk-tier`, and the tier's ceilings at every run")
def tier_change(subject: Subject) -> Answer:
    """Row 6.4."""
    own = _tagged(subject, "risk-tier")
    rules = ("NHI-CLS-011", "NHI-EXP-200", "NHI-CRD-202")
    return Answer("detected", "every run judges it by the ceilings of the tier in its file", own, rules)
