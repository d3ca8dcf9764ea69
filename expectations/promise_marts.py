"""What the mart of promises must hold."""

from expectations.suite import Suite, between, never, one_of, refers
from transforms.contracts import marts
from transforms.contracts.promise_marts import GROUNDS, KIND, STATUSES


def suites() -> tuple[Suite, ...]:
    """One suite for each mart of promises."""
    return (promises(),)


def promises() -> Suite:
    """A status rests on something, and nothing fails that nobody could have seen."""
    return Suite(
        marts.PROMISES,
        (
            refers("call_id", marts.CALL_FACTS, "call_id"),
            one_of("kind", KIND.categories.to_list()),
            one_of("status", STATUSES),
            one_of("ground", GROUNDS),
            between("turn", -1, None),
            never(
                "every status says why",
                "SELECT call_id, turn FROM {batch} WHERE why = '' OR due_read_as = ''",
            ),
            never(
                "a due time says where it was read, and lies after the words",
                "SELECT call_id, turn FROM {batch}"
                " WHERE (due_at IS NULL) <> (due_read_from IS NULL) OR due_at < said_at",
            ),
            never(
                "only what has a due time is open, and only what a record shows is kept",
                "SELECT call_id, turn FROM {batch}"
                " WHERE status::VARCHAR = 'open' AND due_at IS NULL"
                " OR status::VARCHAR = 'kept' AND settled_by IS NULL",
            ),
            never(
                "without a due time only the customer's word breaks a promise",
                "SELECT call_id, turn FROM {batch} WHERE due_at IS NULL"
                " AND status::VARCHAR = 'broken'"
                " AND ground::VARCHAR <> 'not done, says the customer'",
            ),
            never(
                "kept and broken have their moment, open and unknowable have none",
                "SELECT call_id, turn FROM {batch} WHERE (settled_at IS NOT NULL)"
                " <> (status::VARCHAR IN ('kept', 'broken'))",
            ),
            never(
                "what only the log has was said by nobody, and has no words",
                "SELECT call_id, turn FROM {batch} WHERE (turn = -1) <> (made_by IS NULL)"
                ' OR (turn = -1) <> ("end" <= start)',
            ),
        ),
    )
