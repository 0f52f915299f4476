"""The steps of a plan while it is compiled: what each reads, what that takes, and whose data it is."""

from collections.abc import Sequence
from typing import Any

from domains.kit import loader, statements
from domains.kit.fields import Relation
from domains.kit.rights import Right
from domains.kit.scopes import Verb
from domains.kit.statements import Size
from domains.kit.weights import ASSUMED_LIST, assumed
from graph import joins
from graph.composed import Composed, Made
from graph.limits import check_steps
from graph.plan import Getter, Keys, Need, Path, Reached, Read, Step
from ledger import Subject


class Steps:
    """Collects the steps, the rights they take, and the arguments that the answer's code uses."""

    def __init__(self, composed: Composed) -> None:
        self._composed = composed
        self._needs: dict[tuple[str, str, Verb], list[Path]] = {}
        self.all: list[Step] = []
        self.reads: Sequence[Read] = ()
        self.getters: list[Getter] = []

    def argument(self, get: Getter) -> str:
        """The name under which the answer's code finds a value of the request."""
        self.getters.append(get)
        return f"A{len(self.getters) - 1}"

    # --- the ways to read --------------------------------------------------------------------------------------------

    def opened(self, made: Made, path: Path, keys: Keys) -> Step:
        """Rows by keys that the caller gives."""
        step = self._step(made.domain, made.binding.source, path, None, opened=True)
        return self._by_keys(step, made.binding.key, keys)

    def of_entity(self, made: Made, path: Path, keys: Keys, parent: int | None, *, opened: bool) -> Step:
        """What one domain's own table knows of an entity, by its key."""
        assert made.origin is not None
        step = self._step(made.domain, made.origin.source, path, parent, opened=opened)
        return self._by_keys(step, made.origin.key_column, keys)

    def related(self, made: Made, path: Path, keys: Keys, parent: int | None, *, is_dated: bool, opened: bool) -> Step:
        """The rows of a relation, as lists, pages or single ones."""
        relation: Relation = made.binding
        conditions = [*relation.where]
        if relation.as_of is not None:
            conditions += statements.valid_on(relation.as_of, dated=is_dated)
        step = self._step(made.domain, relation.by.table, path, parent, opened=opened)
        step.sites.append(path)
        return self._by_keys(step, relation.by, keys, conditions, relation.at_most)

    def search(
        self,
        made: Made,
        conditions: Sequence[Any],
        path: Path,
        *,
        paged: bool,
        opened: bool = False,
        in_stretches: bool = False,
    ) -> Step:
        """Rows that match, with or without pages; pages may be looked for in stretches."""
        step = self._step(made.domain, made.binding.source, path, None, opened=opened)
        step.arrange, step.conditions = loader.as_list, conditions
        step.size = Size.PAGED if paged else Size.SEVERAL
        step.reached = Reached.OPENED if opened else Reached.LISTED
        step.in_stretches = in_stretches
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
        said = f"{coordinate}:{verb}" if verb is Verb.HISTORY else coordinate
        (step.looks_up if verb is Verb.LOOKUP else step.reads)[said] = None
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
            self._share_with_members(step)
            if step.is_personal and step.named is None:
                self._say_whose(step)
        self.reads = joins.reads(self.all)
        for step in reversed(self.all):  # followers first
            of_followers = {
                follower.keys.column for follower in step.followers if follower.keys and _is_asked(follower, step)
            }
            of_subjects = {column for column in (step.person, step.other) if column is not None}
            step.key_columns = sorted(of_followers | of_subjects)

    def _say_whose(self, step: Step) -> None:
        """Where the persons of a step stand, and what its rows are about where they are about no person."""
        if step.rows is not None and step.key is step.rows.person:
            step.keys_are_persons = True
            return
        if step.rows is not None:
            step.person = self.column(step, step.rows.person)
        about = step.rows.otherwise if step.rows is not None else step.others.about if step.others is not None else None
        if about is not None:
            step.about, step.other = Subject(about.kind), self.column(step, about.key)

    def _share_with_members(self, step: Step) -> None:
        """What is read of a household is read of the member through whom it was reached, not of its head alone."""
        if step.parent is not None and step.rows is not None and step.rows.others is not None:
            self.all[step.parent].reads.update(step.reads)

    # --- making one --------------------------------------------------------------------------------------------------

    def _step(self, domain: str, source: Any, path: Path, parent: int | None, *, opened: bool) -> Step:
        step = Step(
            number=len(self.all),
            domain=domain,
            source=source,
            path=path,
            reached=Reached.FOLLOWED,
            rows=self._composed.rows.get(source),
            others=self._composed.other_rows.get(source),
            opened=opened,
            parent=parent,
        )
        self.all.append(step)
        check_steps(len(self.all))
        return step

    def _by_keys(self, step: Step, key: Any, keys: Keys, conditions: Sequence[Any] = (), size: int | None = 1) -> Step:
        """One row per key, lists of at most `size`, or pages where `size` is None."""
        step.key, step.keys, step.offset = key, keys, 1
        parent = self.all[step.parent] if step.parent is not None else None
        step.under = parent if parent is not None and parent.keys == keys else None
        names_person = step.rows is not None and key is step.rows.person
        step.opened = step.opened and names_person  # who opens a household by its code names nobody
        step.reached = Reached.OPENED if step.opened else Reached.FOLLOWED
        step.conditions = conditions
        step.fan = assumed(size or ASSUMED_LIST)
        step.most = None if size == 1 else size
        if size is None:
            step.size, step.arrange = Size.PAGED, loader.many_per_key
        elif size > 1:
            step.size, step.arrange, step.is_list = Size.SEVERAL, loader.at_most(size), True
        else:
            step.size, step.arrange = Size.ONE, loader.one_per_key
        return step


def _is_asked(follower: Step, step: Step) -> bool:
    """Whether a run has to know the keys of a follower: to read it, or to say whose they are."""
    apart = follower.read is not step.read
    return apart or follower.is_personal or follower.is_list or bool(follower.key_columns)
