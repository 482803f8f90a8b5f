"""What a migration may not do while the code of before runs and people use its tables: found in its source."""

import ast
import re
from collections.abc import Iterator

CONTRACT = "_contract_"
# What the steps of `imagegarden.schema_changes` do instead.
CONSTRAINTS = {"create_check_constraint", "create_foreign_key", "create_unique_constraint", "create_exclude_constraint"}
LOSING = {"drop_column", "drop_table", "rename_table"}
SQL_RULES = (
    (r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", "an index is built with its table locked"),
    (r"ADD\s+CONSTRAINT(?!.*(NOT\s+VALID|USING\s+INDEX))", "a rule is added and proven in one step"),
    (r"SET\s+NOT\s+NULL", "a column is proven to be full with its table locked"),
)
LOSING_SQL = r"\b(DROP\s+(COLUMN|TABLE)|RENAME\s+(TO|COLUMN))\b"


def faults(name: str, source: str) -> list[str]:
    """What is wrong with the migration of this file name."""
    tree = ast.parse(source)
    ways_up = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")]
    calls = [call for part in ways_up for call in ast.walk(part) if isinstance(call, ast.Call)]
    makings = [call for call in calls if _operation(call) == "create_table"]
    new_tables = {_text(call, 0, "table_name") for call in makings}
    # No old code writes into the columns of a new table.
    of_new_tables = {inner for making in makings for inner in ast.walk(making)}
    old = [call for call in calls if call not in of_new_tables]
    found = [fault for call in old for fault in _faults_of(call, new_tables, may_lose=CONTRACT in name)]
    return [f"{name}: {fault}" for fault in found]


def _faults_of(call: ast.Call, new_tables: set[str], *, may_lose: bool) -> Iterator[str]:
    operation = _operation(call)
    if operation == "create_index" and _text(call, 1, "table_name") not in new_tables:
        if not _is_true(call, "postgresql_concurrently"):
            yield f"{_text(call, 0, 'index_name')} is an index that is built with its table locked"
    elif operation in CONSTRAINTS and _text(call, 1, "table_name") not in new_tables:
        if not _is_true(call, "postgresql_not_valid"):
            yield f"{_text(call, 0, 'constraint_name')} is a rule that is added and proven in one step"
    elif operation in LOSING and not may_lose:
        yield f"{operation} takes away what the code of before uses"
    elif operation == "alter_column":
        yield from _faults_of_alteration(call, may_lose=may_lose)
    elif operation == "execute":
        yield from _faults_of_sql(call, may_lose=may_lose)
    if _name(call) == "Column" and _is_full_without_default(call):
        yield f"{_text(call, 0, 'name')} is a column that the code of before cannot fill"


def _faults_of_alteration(call: ast.Call, *, may_lose: bool) -> Iterator[str]:
    given = {keyword.arg for keyword in call.keywords}
    if "new_column_name" in given and not may_lose:
        yield "a column gets a name that the code of before does not know"
    if _is(call, "nullable", False):
        yield "a column is proven to be full with its table locked"
    if "type_" in given:
        yield "a column of another type is written anew with its table locked"


def _faults_of_sql(call: ast.Call, *, may_lose: bool) -> Iterator[str]:
    strings = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    statement = " ".join(strings)
    for pattern, fault in SQL_RULES:
        if re.search(pattern, statement, re.IGNORECASE | re.DOTALL):
            yield fault
    if not may_lose and re.search(LOSING_SQL, statement, re.IGNORECASE):
        yield "what the code of before uses is taken away"


def _operation(call: ast.Call) -> str:
    """The name after `op.`, if it is one of its calls."""
    func = call.func
    is_ours = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "op"
    return func.attr if is_ours and isinstance(func, ast.Attribute) else ""


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _text(call: ast.Call, place: int, keyword: str) -> str:
    given = [one.value for one in call.keywords if one.arg == keyword] + call.args[place : place + 1]
    for node in given:
        if isinstance(node, ast.Call) and node.args:
            node = node.args[0]
        if isinstance(node, ast.Constant):
            return str(node.value)
    return "something"


def _is(call: ast.Call, keyword: str, value: object) -> bool:
    return any(
        one.arg == keyword and isinstance(one.value, ast.Constant) and one.value.value is value for one in call.keywords
    )


def _is_true(call: ast.Call, keyword: str) -> bool:
    return _is(call, keyword, True)


def _is_full_without_default(call: ast.Call) -> bool:
    return _is(call, "nullable", False) and "server_default" not in {keyword.arg for keyword in call.keywords}
