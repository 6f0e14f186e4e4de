"""What killed processes leave is removed, and nothing that is in use."""

from __future__ import annotations

import os
import time

from metrics.leftovers import OLD_SECONDS, sweep_archive, sweep_scratch


def test_only_old_scratch_of_ours_goes(tmp_path):
    old = time.time() - OLD_SECONDS - 60
    for name in ("vigie-old", "vigie-used", "vigie-new", "others-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows").write_text("x")
    for name in ("vigie-old", "vigie-used", "others-old"):
        os.utime(tmp_path / name / "rows", (old, old))
        os.utime(tmp_path / name, (old, old))
    (tmp_path / "vigie-used" / "rows").write_text("y")
    os.utime(tmp_path / "vigie-used", (old, old))
    (tmp_path / "vigie-link").symlink_to(tmp_path / "others-old")
    assert sweep_scratch(tmp_path) == [tmp_path / "vigie-old"]
    assert (tmp_path / "others-old" / "rows").exists()


def test_unfinished_archived_files_go_and_finished_ones_stay(tmp_path):
    (tmp_path / ".1-ab.parquet.4242").write_text("half")
    (tmp_path / "1-ab.parquet").write_text("whole")
    assert sweep_archive(tmp_path) == [tmp_path / ".1-ab.parquet.4242"]
    assert [path.name for path in tmp_path.iterdir()] == ["1-ab.parquet"]
