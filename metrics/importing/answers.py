"""A survey's answers in SQL: each on its question's scale, or the reason why it is not."""

from __future__ import annotations

from sqlglot import exp

from metrics.importing.binding import Binding
from metrics.importing.values import Reading, read


def add_answers(
    binding: Binding,
    columns: dict[str, exp.Expr],
    problems: list[tuple[exp.Expr, str]],
) -> None:
    """`answers`, a list of the answers given, and `content`, which tells two responses apart."""
    structs = []
    for bound in binding.questions:
        question = bound.question
        word = exp.func("word", exp.column(bound.cell))
        given = exp.func("clean", exp.column(bound.cell))
        if question.ignored:
            ignored = [exp.Literal.string(text) for text in question.ignored]
            given = exp.Case(
                ifs=[exp.If(this=exp.In(this=word.copy(), expressions=ignored), true=exp.null())],
                default=given,
            )
        score: exp.Expr = exp.func(
            "coalesce",
            read(exp.column(bound.cell), Reading.DECIMAL, "dot", "dmy"),
            exp.func("labelled", exp.column(bound.cell)),
        )
        if question.answers:
            score = exp.Case(
                ifs=[
                    exp.If(
                        this=word.copy().eq(exp.Literal.string(text)),
                        true=exp.Literal.number(value),
                    )
                    for text, value in question.answers.items()
                ],
                default=score,
            )
        low, high = exp.Literal.number(question.low), exp.Literal.number(question.high)
        if bound.is_reversed:
            score = exp.Sub(
                this=exp.Literal.number(question.low + question.high), expression=exp.paren(score)
            )
        outside = exp.Or(
            this=score.copy().is_(exp.null()),
            expression=exp.Not(
                this=exp.Between(this=exp.paren(score.copy()), low=low.copy(), high=high.copy())
            ),
        )
        problems.append(
            (
                exp.And(this=given.copy().is_(exp.null()).not_(), expression=exp.paren(outside)),
                f"{bound.header.replace(':', ' ')}:outside_scale",
            )
        )
        struct = exp.func(
            "answer_of",
            exp.Literal.string(bound.header),
            exp.Literal.string(question.kind),
            score,
            low,
            high,
        )
        structs.append(
            exp.Case(ifs=[exp.If(this=given.copy().is_(exp.null()).not_(), true=struct)])
        )
    columns["answers"] = exp.func("given_answers", exp.array(*structs))
    used: list[exp.Expr] = []
    for bound_field in binding.fields:
        if bound_field.column.read is Reading.HASH:  # the same from the archive
            used.append(exp.cast(columns[bound_field.name].copy(), "varchar"))
        else:
            used += [exp.column(cell) for cell in bound_field.cells]
    used += [exp.column(bound.cell) for bound in binding.questions]
    columns["content"] = exp.func(
        "concat_ws",
        exp.func("chr", exp.Literal.number(31)),
        *(exp.func("coalesce", cell, exp.Literal.string("")) for cell in used),
    )
