"""What a cluster itself holds of each row, read from an agent's objects and the stack's admission policies.

Owns which lock decides which row. RBAC only adds, has no deny and no clock, so what AWS enforces is often `detected`
here. What the API server refuses is `enforced`: names, and what admission policies of this stack refuse. A stack that
leaves these policies to another stack of the same cluster cannot prove them, and its rows say `detected`.
"""

from __future__ import annotations

from nhi.catalog.invocation import callee_pods

from nhi_policies.declared import lock_date
from nhi_policies.parity.admission import Refusal, Refused, refusals
from nhi_policies.parity.common import NONE_STANDS, UNSAID, WIDENS, add_documented_rows, edges_of, hands_over
from nhi_policies.parity.model import Answer, Falls, PlatformRows
from nhi_policies.parity.subject import SHARED_IDENTITY, Subject
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.kubernetes.agents import declared_account
from nhi_policies.view.kubernetes.objects import service_account
from nhi_policies.view.kubernetes.rbac import BINDINGS, ROLES
from nhi_policies.view.resource import Resource

KUBERNETES = PlatformRows()


def principal(subject: Subject) -> Resource:
    """The agent's service account. Raises `Falls` where the stack makes none, or several."""
    accounts = subject.of(t.K8S_SERVICE_ACCOUNT)
    if not accounts:
        raise Falls("the stack makes no service account for it")
    first, *others = accounts
    if others:
        raise Falls(f"{len(accounts)} service accounts of the stack say that they are its own")
    return first


def _named(subject: Subject) -> Resource:
    """The service account, whose name is the one that the file comes to. Raises `Falls`."""
    account = principal(subject)
    if service_account(account) != declared_account(subject.declared, subject.instance):
        raise Falls("the account's name is not the one that the file comes to, so nothing keeps it the agent's own")
    return account


def _refusal(subject: Subject, what: Refused) -> Refusal | None:
    return refusals(subject.stack).get(what)


def _labelled(subject: Subject, *names: str) -> Resource:
    """The account, whose labels or annotations of these facts stand and are the file's. Raises `Falls`."""
    account = principal(subject)
    subject.stands("NHI-CLS-040", parts=tuple(f"{name}::" for name in names))
    return account


def _rbac(subject: Subject) -> tuple[Resource, ...]:
    return subject.of(*ROLES, *BINDINGS)


# --- 1 provisioning -----------------------------------------------------------------------------------------------


@KUBERNETES.row("1.1", "enforced", "a service account of the agent's own name; the namespace takes no second one")
def unique_identity(subject: Subject) -> Answer:
    """Row 1.1."""
    account = _named(subject)
    subject.stands(SHARED_IDENTITY, parts=("service account::",))
    return Answer("enforced", "the API server takes no second account of this name in the namespace", (account,))


@KUBERNETES.row("1.2", "detected", "labels and annotations of the account, compared with the file")
def classification(subject: Subject) -> Answer:
    """Row 1.2."""
    account = _labelled(subject, "class", "agent-id", "owner-team", "risk-tier", "purpose", "environment")
    why = "labels can be changed in the cluster; the gate compares them with the file"
    return Answer("detected", why, (account,), ("NHI-CLS-040",))


@KUBERNETES.row("1.3", "enforced", "an admission policy that refuses agents without sponsor")
def sponsorship(subject: Subject) -> Answer:
    """Row 1.3."""
    account = _labelled(subject, "sponsor")
    subject.stands("NHI-SPN-040")
    refusal = _refusal(subject, "no sponsor")
    if refusal is None:
        why = "the gate compares the sponsor with the file; no admission policy of this stack demands one"
        return Answer("detected", why, (account,), ("NHI-SPN-040", "NHI-CLS-040"))
    return Answer("enforced", "admission refuses an agent's account without sponsor", (account, *refusal.by))


@KUBERNETES.row("1.4", "detected", "RBAC gives an account nothing by itself; nothing caps what is bound later")
def initial_permissions(subject: Subject) -> Answer:
    """Row 1.4."""
    account = principal(subject)
    rules = ("NHI-PRM-041", "NHI-PRM-042", "NHI-PRM-046")
    subject.stands(*rules)
    why = "RBAC gives an account nothing by itself; the gate proves what is bound, and the cluster has no ceiling"
    return Answer("detected", why, (account, *_rbac(subject)), rules)


@KUBERNETES.row("1.5", "enforced", "admission policies against long and stored tokens; short lives of SPIFFE ids")
def credential_issuance(subject: Subject) -> Answer:
    """Row 1.5."""
    account = principal(subject)
    rules = ("NHI-CRD-040", "NHI-CRD-041", "NHI-CRD-042")
    subject.stands(*rules)
    stored, long = _refusal(subject, "stored token"), _refusal(subject, "long token")
    ceiling = subject.declared.environment.profile.ceilings(subject.agent.risk_tier).max_token_life.total_seconds()
    if stored is None or long is None:
        why = "the gate finds long-lived tokens of this stack; no admission policy of it refuses those made by hand"
        return Answer("detected", why, (account,), rules)
    # An account without a known tier gets the strictest life, which is for the policy's own tests to show.
    if long.seconds.get(subject.agent.risk_tier or 3, ceiling + 1) > ceiling:
        return Answer("detected", "admission takes longer tokens than the tier allows", (account, *long.by), rules)
    by = (account, *subject.of(t.K8S_SPIFFE_ID), *stored.by, *long.by)
    return Answer(
        "enforced", "admission refuses tokens over the tier's life and Secrets with a token that never ends", by
    )


# --- 2 authentication ---------------------------------------------------------------------------------------------


@KUBERNETES.row("2.1", "enforced", "a SPIFFE id for its pods alone, and admission that ties labels to the account")
def machine_identity(subject: Subject) -> Answer:
    """Row 2.1."""
    _named(subject)
    subject.stands("NHI-TRU-041", "NHI-IDN-040")
    ids = subject.of(t.K8S_SPIFFE_ID)
    if not ids:
        why = (
            "gives its pods a certificate" if subject.live else "is left while it is stopped, so SPIRE gives it nothing"
        )
        raise Falls(f"no ClusterSPIFFEID {why}")
    refusal = _refusal(subject, "foreign pod")
    if refusal is None:
        why = "SPIRE asks for label and account; no admission policy of this stack refuses a pod that borrows both"
        return Answer("detected", why, ids, ("NHI-TRU-041", "NHI-IDN-040"))
    return Answer(
        "enforced",
        "SPIRE gives certificates to pods with its label and account, which admission ties",
        (*ids, *refusal.by),
    )


@KUBERNETES.row("2.2", "impossible", "a cluster is no OAuth server")
def oauth(_: Subject) -> Answer:
    """Row 2.2."""
    return Answer("impossible", "Kubernetes has no OAuth clients; its tokens carry an audience and no scopes")


@KUBERNETES.row("2.3", "enforced", "one account for each identity, and admission that refuses other pods under it")
def no_shared_credentials(subject: Subject) -> Answer:
    """Row 2.3."""
    account = _named(subject)
    rules = (SHARED_IDENTITY, "NHI-IDN-040", "NHI-TRU-040")
    subject.stands(*rules)
    refusal = _refusal(subject, "foreign pod")
    if refusal is None:
        why = "the gate finds pods of others under the account; no admission policy of this stack refuses them"
        return Answer("detected", why, (account,), rules)
    return Answer(
        "enforced", "admission refuses every pod under the account that is not the agent's", (account, *refusal.by)
    )


@KUBERNETES.row("2.4", "enforced", "SPIRE renews certificates; admission refuses tokens that never end")
def rotation(subject: Subject) -> Answer:
    """Row 2.4."""
    principal(subject)
    subject.stands("NHI-CRD-040")
    subject.stands("NHI-CRD-042", parts=("ttl", "jwtTtl"))
    ids = subject.of(t.K8S_SPIFFE_ID)
    if not ids and subject.live:
        raise Falls("no ClusterSPIFFEID has its certificates renewed")
    refusal = _refusal(subject, "stored token")
    if refusal is None:
        why = (
            "SPIRE renews certificates; no admission policy of this stack refuses a Secret with a token that never ends"
        )
        return Answer("detected", why, ids, ("NHI-CRD-040", "NHI-CRD-042"))
    if not ids:
        return Answer("enforced", "it has no certificate, and admission refuses tokens that never end", refusal.by)
    return Answer(
        "enforced", "SPIRE renews its certificates, and admission refuses tokens that never end", (*ids, *refusal.by)
    )


@KUBERNETES.row("2.5", "detected", "no Secret with the account's token in the program; nothing can refuse one in code")
def no_hardcoded_secret(subject: Subject) -> Answer:
    """Row 2.5."""
    account = principal(subject)
    subject.stands("NHI-CRD-040")
    why = "the gate finds Secrets with the account's token in the program; code is not read"
    return Answer("detected", why, (account,), ("NHI-CRD-040",))


# --- 3 authorisation ----------------------------------------------------------------------------------------------


@KUBERNETES.row("3.1", "detected", "each permission proved against the file, on named objects")
def least_privilege(subject: Subject) -> Answer:
    """Row 3.1."""
    account = principal(subject)
    rules = ("NHI-PRM-040", "NHI-PRM-041", "NHI-PRM-042", "NHI-PRM-043", "NHI-PRM-044", "NHI-PRM-046")
    subject.stands(*rules)
    why = "RBAC only adds: every permission is proved against the file, and one that is added by hand stays"
    return Answer("detected", why, _rbac(subject) or (account,), rules)


@KUBERNETES.row("3.2", "detected", "no role grants what is denied; a network policy that lists destinations")
def scope_constraints(subject: Subject) -> Answer:
    """Row 3.2."""
    principal(subject)
    rules = ("NHI-PRM-045", "NHI-PRM-046", "NHI-PRM-047")
    subject.stands("NHI-PRM-045", "NHI-PRM-047")
    subject.stands("NHI-PRM-046", parts=("egress::",))
    why = "Kubernetes has no deny: the gate finds no role with what is denied, and a network that lists destinations"
    return Answer("detected", why, (*subject.of(t.K8S_NETWORK_POLICY), *subject.of(*ROLES)), rules)


@KUBERNETES.row("3.3", "detected", "the annotation `nhi/expires`; RBAC has no clock")
def time_bounded(subject: Subject) -> Answer:
    """Row 3.3."""
    account = principal(subject)
    if lock_date(subject.agent) is None:
        raise Falls("the file names no date on which access ends")
    subject.stands("NHI-EXP-040", "NHI-STA-040")
    objects = (account, *_rbac(subject))
    if any(fact(one, "expires") is None for one in objects):
        raise Falls("an object of it does not say when it ends")
    why = "RBAC has no clock: objects carry their end, and the gate finds what is left after it"
    return Answer("detected", why, objects, ("NHI-EXP-040", "NHI-STA-040"))


@KUBERNETES.row("3.4", "detected", "network policies let only callers' pods in; what a callee may do is proved")
def delegation(subject: Subject) -> Answer:
    """Row 3.4."""
    account = principal(subject)
    rules = ("NHI-ESC-040", "NHI-PRM-045", "NHI-DEL-400")
    subject.stands("NHI-ESC-040", "NHI-DEL-400")
    subject.stands("NHI-PRM-045", parts=("ingress::", "missing::Ingress"))
    if not hands_over(subject):
        why = "the file allows no delegation, and the gate finds permissions that lead to another identity"
        return Answer("detected", why, _rbac(subject) or (account,), rules)
    subject.stands(*WIDENS)
    subject.stands("NHI-PRM-046", parts=("egress::",))
    edges = edges_of(subject)
    if not edges:
        return Answer(
            "detected", NONE_STANDS, (account, *subject.of(t.K8S_NETWORK_POLICY)), (*rules, "NHI-PRM-046", *WIDENS)
        )
    open_to = sum(bool(callee_pods(one.edge.caller, one.edge.callee, one.callees, one.edge.origin)) for one in edges)
    why = (
        f"network policies let callers' pods into a callee's on {open_to} of {len(edges)} edges; a cluster sees no "
        "request and knows neither end, depth nor a narrower scope, so the gate proves what each callee may do"
    )
    policies = subject.of(t.K8S_NETWORK_POLICY)
    return Answer("detected", why, (account, *policies), (*rules, "NHI-PRM-046", *WIDENS))


@KUBERNETES.row("3.5", "detected", "nothing bound to it (required), no impersonation (never); optional: impossible")
def user_context(subject: Subject) -> Answer:
    """Row 3.5."""
    account = principal(subject)
    said = subject.agent.acts_on_behalf
    if said is None:
        return UNSAID
    rules = ("NHI-USR-040", "NHI-USR-041", "NHI-ESC-040")
    subject.stands(*rules)
    if said == "required":
        why = "the API server sees no user, so nothing is bound to it; services that it reaches have to ask for one"
        return Answer("detected", why, (account,), rules)
    if said == "never":
        why = "the gate finds permissions to impersonate users; nothing else in a cluster acts for one"
        return Answer("detected", why, (account,), rules)
    why = "RBAC knows one subject for each request, so what is bound to it holds for every user"
    return Answer("impossible", why, (account,))


# --- 4 monitoring, 5 review ---------------------------------------------------------------------------------------

add_documented_rows(KUBERNETES, "the API server's audit log")


@KUBERNETES.row("5.4", "detected", "the annotation `nhi/expires`, and Secrets with tokens")
def credential_audit(subject: Subject) -> Answer:
    """Row 5.4."""
    account = principal(subject)
    subject.stands("NHI-CRD-040")
    if fact(account, "expires") is None:
        raise Falls("the account does not say when it ends")
    rules = ("NHI-CRD-002", "NHI-CRD-040", "NHI-STA-010", "NHI-CLS-010")
    why = "the gate finds agents past their date, tokens that never end, and accounts that no file declares"
    return Answer("detected", why, (account,), rules)


# --- 6 deprovisioning ---------------------------------------------------------------------------------------------


@KUBERNETES.row(
    "6.1", "detected", "the label `nhi/state`, and what a stopped agent still holds; logs are not looked at"
)
def retired(subject: Subject) -> Answer:
    """Row 6.1."""
    account = _labelled(subject, "state")
    subject.stands("NHI-STA-040")
    rules = ("NHI-STA-040", "NHI-CLS-040")
    if subject.live:
        why = "once the file retires it, the gate refuses whatever it still holds; nobody archives its logs yet"
        return Answer("detected", why, (account,), rules)
    why = "it holds no role and its network is closed; nobody archives its logs yet"
    return Answer("detected", why, (account, *subject.of(t.K8S_NETWORK_POLICY)), rules)


@KUBERNETES.row("6.2", "detected", "the sponsor directory; nothing in a cluster ends by itself")
def sponsor_leaves(subject: Subject) -> Answer:
    """Row 6.2."""
    account = principal(subject)
    if subject.agent.sponsor is None:
        raise Falls("the file names no sponsor who could leave")
    rules = ("NHI-SPN-003", "NHI-SPN-005", "NHI-STA-040")
    why = "the gate finds a sponsor who left, and what is left after the deadline"
    return Answer("detected", why, (account,), rules)


@KUBERNETES.row("6.3", "documented", "the state of the file; detected once it is stopped")
def incident(subject: Subject) -> Answer:
    """Row 6.3."""
    account = principal(subject)
    if subject.live:
        why = "the next deployment after `state: quarantined` takes its roles and network; nothing raises it"
        return Answer("documented", why)
    subject.stands("NHI-STA-040", "NHI-PRM-045")
    why = "it holds no role and its network is closed; nobody keeps its logs yet"
    return Answer("detected", why, (account, *subject.of(t.K8S_NETWORK_POLICY)), ("NHI-STA-040", "NHI-PRM-045"))


@KUBERNETES.row("6.4", "detected", "the label `nhi/risk-tier`, and the tier's ceilings at every run")
def tier_change(subject: Subject) -> Answer:
    """Row 6.4."""
    account = _labelled(subject, "risk-tier")
    rules = ("NHI-CLS-040", "NHI-CRD-042", "NHI-EXP-040")
    return Answer("detected", "every run judges it by the ceilings of the tier in its file", (account,), rules)
