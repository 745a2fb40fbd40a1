"""`auscult simulate`: a town whose truth is known, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.progress import BarColumn, Progress, TextColumn

from auscult.engine.simulate.writing import write_town
from auscult.terminal.printing import aside, people, write_json


def simulate(
    folder: Path,
    *,
    days: int,
    posts: int | None,
    seed: int,
    form: Literal["parquet", "jsonl"],
    as_json: bool,
) -> None:
    """Write a town's posts, truth and watches into `folder`, with a progress bar."""
    bar = Progress(
        TextColumn("Lakeside"),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,} posts"),
        console=aside,
        disable=as_json or not aside.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("posts", total=posts or 0)
        written = write_town(
            folder,
            days=days,
            posts=posts,
            seed=seed,
            form=form,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    watches = folder / "watches.toml"
    if as_json:
        write_json({"folder": str(folder), "posts": written.posts, "watches": str(watches)})
        return
    people.print(f"{written.posts:,} posts in {folder}. Listen to them with", markup=False)
    command = f"auscult listen {folder / 'posts'} --watches {watches}"
    people.print(f"  {command}", markup=False)
