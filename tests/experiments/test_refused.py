"""What can't be done is refused by every command: in one line, with the mend, before it computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fault_commands import Run
from palca.experiments.simulate import priors

pytestmark = pytest.mark.pythons

ONE = ("--vary", "backlash=0.01:0.05")
BREAK = ("counterfactual", "soviet-break-1971", "--worlds", "64")
REFUSED = [
    (["run", "basline"], "did you mean 'baseline'"),
    (["run", "baseline", "--set", "backlsh=0"], "did you mean 'backlash'"),
    (["run", "baseline", "--set", "policy.ussr=x"], "shipped are"),
    (["run", "baseline", "--worlds", "0"], "greater than or equal to 1"),
    (["run", "baseline", "--worlds", "many"], "valid integer"),
    (["run", "baseline", "--seed", "-1"], "'--seed'"),
    (["run", "baseline", "--jobs", "0"], "'--jobs'"),
    (["run", "baseline", "--out", "/proc/none/x", "-n", "2"], "can't be written"),
    (["record", "--track", "usr"], "did you mean 'ussr'"),
    (["record", "--kind", "cuop"], "did you mean 'coup'"),
    (["record", "--since", "1971"], "no month"),
    (["record", "--series", "gdp_grwth"], "did you mean 'gdp_growth'"),
    (["list", "parametres"], "did you mean 'parameters'"),
    (["check", "nothing.toml"], "no scenario"),
    (["explain", "."], "manifest"),
    (["rerun", "."], "manifest"),
    (["explain", __file__], "is a file"),
    (["record", "--since", ""], "--since: "),
    (["record", "--until", "1971-13"], "--until: "),
    (["record", "--series", "gdp_growth", "--track", "us"], "--series: "),
    (["counterfactual", "soviet-break-1971", "--through", "1971"], "--through: "),
    (["run", "--set", "channel.unrest=off"], "--set channel.unrest=off: no channel"),
    (["run", "--set", "start.fical=1"], "did you mean 'fiscal'"),
    (["concepts", "-n", "3"], "--out: "),
    (["nonsense"], "nonsense"),
    (["run", "baseline", "-n", "2", "--out", "."], "name a folder inside the current one"),
    (["run", "baseline", "-n", "2", "--out", "..", "--force"], "name a folder inside the current one"),
    # sweeps
    (["sweep", "baseline"], "name at least one factor"),
    (["sweep", "basline", *ONE], "did you mean 'baseline'"),
    (["sweep", "basline", "--vary", "channel.export_price=on,off"], "did you mean 'baseline'"),
    (["sweep", "baseline", *ONE, "--vary", "backlash=0,0.1"], "'backlash' is named twice"),
    (["sweep", "baseline", *ONE, "--set", "backlash=0.1"], "'backlash' is both set and varied"),
    (["sweep", "baseline", "--vary", "backlsh=0:1"], "--vary backlsh=0.0: no parameter 'backlsh' (did you mean 'backlash'?)"),
    (["sweep", "baseline", "--vary", "backlash=0.05:0.01"], "empty range"),
    (["sweep", "baseline", "--vary", "backlash=0:99"], "backlash"),
    (["sweep", "baseline", "--vary", "policy.ussr=pragmatic,nice"], "--vary policy.ussr=nice: no policy of 'ussr'"),
    (["sweep", "baseline", "--vary", "channel.export_price=on,maybe"], "--vary channel.export_price=maybe: a channel is"),
    (["sweep", "baseline", "--vary", "channel.gold=on,off"], "channel 'gold'"),
    (["sweep", "baseline", "--vary", "start.legitimacy=0,7"], "--vary start.legitimacy=7.0"),
    (["sweep", "baseline", "--vary", "lever.us.ade.scale=0,1"], "did you mean 'aid'"),
    (["sweep", "baseline", "--vary", "intervene[0].at=1971-01..1971-03"], "has 0 interventions"),
    (["sweep", "soviet-break-1971", "--vary", "intervene[0].at=1973-11..1973-12"], "'until' lies before 'at'"),
    (["sweep", "soviet-break-1971", "--vary", "intervene[0].at=1971-01,1972-01", "--vary", "intervene[0].until=1971-10,1973-01"],
     "--vary intervene[0].at=1972-01 --vary intervene[0].until=1971-10: 'until' lies before"),
    (["sweep", "baseline", *ONE, "--design", "gird"], "unknown design 'gird' (did you mean 'grid'?)"),
    (["sweep", "baseline", *ONE, "-n", "50", "-r", "7"], "drop --worlds or --replicates"),
    (["sweep", "baseline", "--vary", "start.legitimacy=0:1:9999", "--vary", "start.fiscal=0:1:9999", "-d", "lhs"],
     "scenarios are more"),
    (["sweep", "baseline", "--vary", "backlash=0:0.1:9999", "--vary", "coup_trap=0:0.1:9999", "-r", "2"], "worlds are more"),
    (["sweep", "baseline", "--vary", "backlash=0:0.1:9999", "--vary", "coup_trap=0:0.1:9999",
      "--vary", "suppression=1:1.5:9", "-n", "5"], "points are more"),
    (["sweep", "baseline", *ONE, "--outcome", "grwth"], "did you mean 'growth'"),
    (["sweep", "baseline", *ONE, "--outcome", "growth", "--outcome", "growth"], "--outcome: 'growth' is named twice"),
    (["sweep", "baseline", *ONE, "--set", "coup_trap=0", "--set", "coup_trap = 1"], "--set: 'coup_trap' is set twice"),
    (["sweep", "baseline", *ONE, "-n", "0"], "--worlds"),
    (["sweep", "baseline", *ONE, "-o", "/proc/none/x"], "can't be written"),
    (["sweep", "baseline", *ONE, "-o", "/etc/hostname/x"], "can't be made: /etc/hostname is a file, not a folder"),
    (["sweep", "baseline", *ONE, "-o", "/etc/hostname"], "is a file, not a folder"),
    (["sweep", "baseline", *ONE, "-o", "."], "name a folder inside the current one"),
    (["sweep", "baseline", *ONE, "-o", "..", "--force"], "name a folder inside the current one"),
    (["sweep", "--resume", "nowhere"], "no such folder"),
    (["sweep", "--resume", "."], "manifest"),
    (["sweep", "--resume", "x", "-n", "5"], "leave out all other options"),
    (["sweep", "soviet-break-1971", "--resume", "x"], "leave out all other options"),
    # what would have been
    ([*BREAK, "--freeze", "soviet_fiscl"], "did you mean 'soviet_fiscal'"),
    ([*BREAK, "--given", "nothing.toml"], "no file 'nothing.toml'"),
    ([*BREAK, "--given", "cuop 1971-08"], "did you mean 'coup'"),
    ([*BREAK, "--through", "1979-01"], "evidence must end"),
    ([*BREAK, "--through", "soon"], "no month"),
    ([*BREAK, "--worlds", "0"], "'--worlds'"),
    ([*BREAK, "--worlds", "1"], "'--worlds'"),
    ([*BREAK, "--twins", "8"], "No such option"),
    (["counterfactual", "baseline", "--worlds", "64"], "no interventions"),
    (["counterfactual", "soviet-brake-1971"], "did you mean 'soviet-break-1971'"),
    ([*BREAK, "-i", 'at = "1971-09", policy.ussr = "party-first"',
      "-i", 'at = "1971-09", policy.ussr = "ideological"'], "contradict each other"),
    (["compare", "baseline", "basline"], "did you mean 'baseline'"),
    (["compare", "baseline"], "Missing argument"),
    (["claims", "--jobs", "0"], "'--jobs'"),
    ([*BREAK, "--given", "coup"], "write record"),
    ([*BREAK, "--given", "coup 1971-13"], "no month"),
    # sensitivity
    (["sensitivity", "--points", "100"], "must be a power of two"),
    (["sensitivity", "--method", "fast"], "unknown method 'fast'"),
    (["sensitivity", "-p", "costs"], "did you mean 'cost'"),
    (["sensitivity", "-p", "visibility"], "unknown free parameter 'visibility'"),
    (["sensitivity", "--outcome", "coup"], "unknown outcome 'coup'"),
    (["sensitivity", "-r", "1"], "--replicates"),
    (["sensitivity", "-m", "morris", "--points", "512"], "--points: has no effect"),
    (["sensitivity", "-m", "sobol", "--trajectories", "100"], "--trajectories: has no effect"),
    # what leads to an outcome
    (["discover", "longest_spel >= 60"], "did you mean 'longest_spell'"),
    (["discover", "longest_spell"], "but a condition is needed here"),
    (["discover", "growth", "longest_spel >= 60"], "did you mean 'longest_spell'"),
    (["discover", "1 > 0"], "has no outcome"),
    (["discover", "date > 1971-08"], "has no outcome"),
    (["discover", "__import__('os')"], "palca:"),
    (["discover", "growth > 0", "--vary", "policy.us=a,b"], "no policy"),
    (["discover", "growth > 0", "--vary", "cost=1:2:1"], "steps"),
    (["discover", "growth > 0", "--scenario", "nowhere"], "no scenario 'nowhere'"),
    (["discover", "growth > 90", "-n", "1000"], "is true in 0 of 1,000 worlds"),
    # calibration and validation, with the files below
    (["calibrate", "baseline", "-u", "1979"], "--until"),
    (["calibrate", "baseline", "-n", "10"], "--worlds"),
    (["calibrate", "baseline", "-n", "5000", "--sets", "6000"], "--sets"),
    (["calibrate", "baseline", "-n", "5000", "--check", "2501"], "--check"),
    (["calibrate", "./short.toml"], "must end in 1978-12 or later"),
    (["calibrate", "./fixed.toml"], "no free parameter"),
    (["run", "--set", "posterior=nowhere"], "no posterior 'nowhere'"),
    (["run", "--set", "posterior=short.toml"], "no Parquet file"),
    (["run", "--set", "posterior=wrong.parquet"], "no parameter 'costs'"),
    (["run", "--set", "posterior=text.parquet"], "must be numbers"),
    (["run", "--set", "posterior=far.parquet"], "must lie in"),
    (["run", "--set", "posterior=empty.parquet"], "one per set"),
    (["run", "./off.toml", "--set", "posterior=point"], "no posterior to take"),
    (["validate", "baseline", "-p", "pattern", "-o", "page"], "unknown part 'pattern' (did you mean 'patterns'?)"),
    (["validate", "baseline", "--set", "policy.ussr=nobody", "-o", "page"], "nobody"),
    (["validate", "baseline", "-n", "10", "-o", "page"], "8192"),
    (["validate", "short.toml", "-o", "page"], "1978-12"),
    # priors, with the file below
    (["run", "--priors", "doubtful-of-moskow"], "did you mean 'doubtful-of-moscow'"),
    (["run", "--priors", "nothing.toml"], "no file of priors 'nothing.toml'"),
    (["run", "--priors", "short.toml"], "unknown key"),
    (["run", "--priors", "mine.toml", "--point"], "leave out one of them"),
    (["run", "--priors", "mine.toml", "--set", "cost=1"], "'cost' is set to 1"),
    (["run", "--priors", "mine.toml", "--set", "priors=mine.toml"], "--set: 'priors' is set twice"),
    (["discover", "growth > 3", "--vary", "priors=mine.toml,other.toml"], "name it with --priors"),
    (["discover", "growth > 3", "--from", "x", "--priors", "mine.toml"], "leave out --scenario"),
    (["sweep", "--vary", "cost=0.5:1", "--priors", "mine.toml"], "'cost' is both varied and drawn from a prior"),
    (["sweep", "--resume", "x", "--priors", "mine.toml"], "leave out all other options"),
    # settings that more than one command refuses
    *(([*command, "--set", "backlash=0.1", "--set", "backlash=0.2"], "--set: 'backlash' is set twice")
      for command in (["run", "baseline"], ["compare", "baseline", "soviet-break-1971"], BREAK, ["sensitivity"],
                      ["discover", "growth > 3"], ["calibrate"], ["validate"])),
    *(([*command, "--set", f"posterior={posterior}"], "uses no posterior")
      for command in (["discover", "growth > 3"], ["calibrate"]) for posterior in ("point", "mine/posterior.parquet")),
]  # fmt: skip


def _write_files() -> None:
    head = 'title = "T"\nextends = "baseline"\n'
    fixed = "".join(f"{n} = {v[0]}\n" for n, v in priors.draw(0, np.arange(1)).items())
    policies = {"ussr": "pragmatic", "us": "administrations", "regime": "by-ideology", "party": "moscow-loyal"}
    named = "\n".join(f'{actor} = "{policy}"' for actor, policy in policies.items())
    Path("short.toml").write_text(head + 'until = "1975-12"\n')
    Path("fixed.toml").write_text(f"{head}[parameters]\n{fixed}")
    Path("mine.toml").write_text('title = "T"\n[priors]\ncost = { normal = [1.0, 0.1], source = "x" }\n')
    Path("off.toml").write_text(f'title = "T"\ncountry = "bolivia"\n[policy]\n{named}\n')
    columns = {"wrong": {"costs": [1.0]}, "text": {"cost": ["x"]}, "far": {"cost": [1.0, 9.0]},
               "empty": {"cost": np.empty(0)}}  # fmt: skip
    for name, column in columns.items():
        pd.DataFrame(column).to_parquet(f"{name}.parquet")


@pytest.mark.parametrize(("arguments", "says"), REFUSED, ids=lambda value: str(value)[-60:])
def test_it_ends_in_a_clear_line_and_leaves_nothing(
    palca: Run, arguments: list[str], says: str
) -> None:
    if any(word.endswith((".toml", ".parquet")) for word in arguments):
        _write_files()
    before = {path.name for path in Path().iterdir()}
    code, out, err = palca(*arguments)
    assert (code, err.count("\n")) == (2, 1)
    assert says in err
    assert "Traceback" not in out + err
    assert {path.name for path in Path().iterdir()} == before  # nothing half-written, nothing left
