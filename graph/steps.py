"""The steps of a plan while it is compiled: what each reads, what that takes, and whose data it is."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from domains.kit import loader, statements
from domains.kit.fields import Relation
from domains.kit.queries import Root
from domains.kit.rights import Right
from domains.kit.rules import PersonRows, Rule
from domains.kit.scopes import Verb
from domains.kit.statements import Statement
from graph.composed import Composed, Made
from graph.plan import Getter, Keys, Need, Path, Reached, Step

ASSUMED_LIST = 5  # rows that a bounded list is taken to have, for the cost


class Steps:
    """Collects the steps, the rights they take, and the arguments that the answer's code uses."""

    def __init__(self, composed: Composed) -> None:
        self._composed = composed
        self._needs: dict[tuple[str, str, Verb], list[Path]] = {}
        self.all: list[Step] = []
        self.getters: list[Getter] = []

    def argument(self, get: Getter) -> str:
        """The name under which the answer's code finds a value of the request."""
        self.getters.append(get)
        return f"A{len(self.getters) - 1}"

    # --- the ways to read --------------------------------------------------------------------------------------------

    def opened(self, made: Made, path: Path, keys: Keys) -> Step:
        """Rows by keys that the caller gives."""
        root: Root = made.binding
        return self._keyed(
            made.domain, root.source, root.key, (), path=path, keys=keys, reached=Reached.OPENED, parent=None, opened=True
        )

    def of_entity(self, made: Made, path: Path, keys: Keys, parent: int | None, *, opened: bool) -> Step:
        """What one domain's own table knows of an entity, by its key."""
        assert made.origin is not None
        origin = made.origin
        return self._keyed(
            made.domain,
            origin.source,
            origin.key_column,
            (),
            path=path,
            keys=keys,
            reached=Reached.OPENED if opened else Reached.FOLLOWED,
            parent=parent,
            opened=opened,
        )

    def related(
        self, made: Made, path: Path, keys: Keys, parent: int | None, *, is_dated: bool, opened: bool
    ) -> Step:
        """The rows of a relation, as lists, pages or single ones."""
        relation: Relation = made.binding
        conditions = [*relation.where]
        if relation.as_of is not None:
            conditions += statements.valid_on(relation.as_of, dated=is_dated)
        step = self._keyed(
            made.domain,
            relation.by.table,  # type: ignore[attr-defined]
            relation.by,
            conditions,
            path=path,
            keys=keys,
            reached=Reached.OPENED if opened else Reached.FOLLOWED,
            parent=parent,
            opened=opened,
            size=relation.at_most,
        )
        step.sites.append(path)
        return step

    def search(
        self, made: Made, conditions: Sequence[Any], path: Path, *, paged: bool, opened: bool = False
    ) -> Step:
        """Rows that match, with or without pages."""
        root: Root = made.binding
        step = self._step(made.domain, root.source, path, Reached.LISTED, None, opened=opened)
        step.arrange = loader.as_list

        def write(rule: Rule) -> Statement:
            return statements.matching(
                root.source, step.columns, [*conditions, *_rules(step.rows, rule)], paged=paged
            )

        step.write = write
        return step

    # --- what a step reads -------------------------------------------------------------------------------------------

    def column(self, step: Step, expression: Any) -> int:
        """The place of a column in the step's rows; it is read once, however often it is shown."""
        if step.key is expression:
            return 0
        for place, known in enumerate(step.columns):
            if known is expression:
                return place + step.offset
        step.columns.append(expression)
        return len(step.columns) - 1 + step.offset

    def read(self, step: Step, right: Right | None, path: Path) -> None:
        """A field is read by this step."""
        step.sites.append(path)
        assert right is not None
        if not right.data_class.is_public:
            self.demand(step, right.scope(), right.coordinate, Verb.READ, path)

    def demand(self, step: Step, scope: str, coordinate: str, verb: Verb, path: Path) -> None:
        """Doing `verb` with a field takes a scope; it narrows whom the step reaches and goes on record."""
        step.scopes.add(scope)
        (step.looks_up if verb is Verb.LOOKUP else step.reads)[coordinate] = None
        self._needs.setdefault((scope, coordinate, verb), []).append(path)

    def needs(self) -> tuple[Need, ...]:
        """Every right the operation takes, with all its places."""
        return tuple(
            Need(scope, coordinate, verb, tuple(dict.fromkeys(paths)))
            for (scope, coordinate, verb), paths in self._needs.items()
        )

    def finish(self) -> None:
        """Once all fields are compiled: whose rows each step reads, and which steps wait for them."""
        for step in self.all:
            if step.keys is not None and step.keys.given is None:
                self.all[step.keys.step].followers.append(step)
            if step.rows is None or not step.is_personal:
                continue
            if step.key is step.rows.person:
                step.keys_are_persons = True
            else:
                step.person = self.column(step, step.rows.person)

    # --- making one --------------------------------------------------------------------------------------------------

    def _keyed(
        self,
        domain: str,
        source: Any,
        key: Any,
        conditions: Sequence[Any],
        *,
        path: Path,
        keys: Keys,
        reached: Reached,
        parent: int | None,
        opened: bool,
        size: int | None = 1,
    ) -> Step:
        step = self._step(domain, source, path, reached, parent, opened=opened)
        step.key, step.keys, step.offset = key, keys, 1
        step.is_single, step.is_list = size == 1, size is not None and size > 1
        step.fan = 1 if size == 1 else min(size or ASSUMED_LIST, ASSUMED_LIST)
        step.arrange = (
            loader.one_per_key if size == 1 else loader.many_per_key if size is None else loader.at_most(size)
        )
        written = statements.page_by_keys if size is None else partial(statements.by_keys, ordered=size != 1)

        def write(rule: Rule) -> Statement:
            return written(source, key, step.columns, [*conditions, *_rules(step.rows, rule)])

        step.write = write
        return step

    def _step(
        self, domain: str, source: Any, path: Path, reached: Reached, parent: int | None, *, opened: bool
    ) -> Step:
        step = Step(
            number=len(self.all),
            domain=domain,
            source=source,
            path=path,
            reached=reached,
            rows=self._composed.rows.get(source),
            opened=opened,
            parent=parent,
        )
        self.all.append(step)
        return step


def _rules(rows: PersonRows | None, rule: Rule) -> Sequence[Any]:
    return rows.conditions(rule) if rows is not None else ()
