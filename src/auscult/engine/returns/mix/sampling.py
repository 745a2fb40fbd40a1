"""Drawing from the posterior by nutpie's NUTS, longer where needed, and refusing what is unsure."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.mix.kernel import Tables, density
from auscult.engine.returns.mix.native import compiled, packed

Floats = NDArray[np.float64]
# Draws for tuning and to keep, of each of four chains; the second is the longer run.
LADDER = ((300, 600), (1000, 2500))
CHAINS = 4
# Chains begin so far around the mode, in each parameter.
AROUND = 1.0
# Share of steps that are taken: as nutpie has it, and in the longer run where a channel and demand
# share what is known of their sum: shorter steps follow that ridge.
USUAL, CAREFUL = 0.8, 0.95
RHAT, ENOUGH = 1.01, 400.0
TOO_MANY_DIVERGENT = 0.01


class NotConverged(Correctable):
    """The chains disagree even after a longer run, so there is nothing to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Draws of the parameters, with what says whether they can be believed.

    Attributes
    ----------
    values : array, shape (chains, draws, parameters)
        As `kernel` orders them.
    rhat, ess : array, shape (parameters,)
        Rank-normalised split R-hat and bulk effective sample size (Vehtari et al. 2021).
    divergent : float
        Share of steps whose path broke off.
    runs : int
        1, or 2 where the longer run was needed.
    """

    values: Floats
    rhat: Floats
    ess: Floats
    divergent: float
    runs: int

    @property
    def flat(self) -> Floats:
        """All draws, shape (chains * draws, parameters)."""
        return self.values.reshape(-1, self.values.shape[-1])


def parameters(tables: Tables) -> int:
    """How many parameters are sampled."""
    places, channels = tables.activity.shape[:2]
    return int(3 * channels + 2 + places + (1 + places * channels if places > 1 else 0))


def mode(tables: Tables, start: Floats | None = None) -> Floats:
    """Climb to the mode: where sampling starts, and what weights of counts are taken from."""
    channels = tables.activity.shape[1]
    if start is None:
        start = np.zeros(parameters(tables))
        start[:channels] = np.log(np.minimum(0.5 * tables.most, 0.5 / channels))

    def loss(x: Floats) -> tuple[float, Floats]:
        grad = np.empty(x.size)
        value = density(x, tables, grad)
        return -value, -grad

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def draw(
    tables: Tables, *, start: Floats, seed: int, cores: int = 2, careful: bool = False
) -> Draws:
    """Draw from the posterior.

    Parameters
    ----------
    tables : Tables
    start : array of float, shape (parameters,)
        Chains begin around it.
    seed : int
        The same seed gives the same draws.
    cores : int
        Chains that run at once.
    careful : bool
        Whether the longer run takes shorter steps: a channel follows demand.

    Raises
    ------
    Correctable
        If nutpie isn't installed.
    NotConverged
        If R-hat is above 1.01 (or the effective sample size below 400) after the longer run.
    """
    found = _run(tables, start, seed, cores, 1, USUAL)
    if not _good(found):
        found = _run(tables, start, seed + 1, cores, 2, CAREFUL if careful else USUAL)
    if not _good(found):
        raise NotConverged(
            f"The four chains disagree (R-hat {found.rhat.max():.3f}, at most {RHAT} is taken;"
            f" {found.ess.min():.0f} independent draws, {ENOUGH:.0f} are needed), so there is no"
            " result to show.",
            code="not-converged",
            field="outcome",
            hint="Join channels that are alike, narrow the answers about echoes, or add days.",
        )
    return found


def _good(found: Draws) -> bool:
    return bool(
        found.rhat.max() <= RHAT
        and found.ess.min() >= ENOUGH
        and found.divergent <= TOO_MANY_DIVERGENT
    )


def _run(tables: Tables, start: Floats, seed: int, cores: int, run: int, accept: float) -> Draws:
    nutpie, arviz = _library()
    tune, kept = LADDER[run - 1]
    trace = nutpie.sample(
        _model(nutpie, tables, start),
        draws=kept,
        tune=tune,
        chains=CHAINS,
        cores=cores,
        seed=seed,
        target_accept=accept,
        progress_bar=False,
        save_warmup=False,
    )
    values = np.asarray(trace.posterior["x"].values)
    each = [values[..., at] for at in range(start.size)]
    return Draws(
        values=values,
        rhat=np.array([float(arviz.rhat(one, method="rank")) for one in each]),
        ess=np.array([float(arviz.ess(one, method="bulk")) for one in each]),
        divergent=float(trace.sample_stats["diverging"].values.mean()),
        runs=run,
    )


def _model(nutpie: Any, tables: Tables, start: Floats) -> Any:
    """Hand nutpie the compiled density, in the class that it has for those of PyMC."""
    density_of, stored = compiled()
    size = start.size
    return nutpie.compile_pymc.CompiledPyMCModel(
        _n_dim=size,
        _shapes={"x": (size,)},
        _coords={"parameter": np.arange(size)},
        dims={"x": ["parameter"]},
        compiled_logp_func=density_of,
        compiled_expand_func=stored,
        initial_point_func=lambda chance: (
            start + np.random.default_rng(chance).uniform(-AROUND, AROUND, size)
        ),
        shared_data={},
        user_data=packed(tables),
        n_expanded=size,
        shape_info=(["x"], [slice(0, size)], [(size,)]),
        logp_func=None,
        expand_func=None,
    )


def _library() -> tuple[Any, Any]:
    """Import the sampler when it is first needed: it is optional, and takes a second."""
    with warnings.catch_warnings():
        # ArviZ announces its next version to everybody once a day
        warnings.simplefilter("ignore", FutureWarning)
        try:
            nutpie = importlib.import_module("nutpie")
            importlib.import_module("nutpie.compile_pymc")
            return nutpie, importlib.import_module("arviz")
        except ModuleNotFoundError as error:
            raise Correctable(
                f"The mix of channels is fitted by nutpie, which isn't installed ({error.name}).",
                code="sampler-missing",
                field="mix",
                hint="Install it with `pip install 'auscult[mix]'` (`uv sync --extra mix`).",
            ) from error
