"""The rows of the parameter table; :mod:`palca.model.state.parameters` gives them meaning.

Each row: name, default, lowest, highest, unit, prior, meaning, source. A prior is
``uniform(low, high)`` or ``normal(mean, sd)``, or ``fixed``.
"""

from __future__ import annotations

from dataclasses import dataclass

from .prior import Prior


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    name, unit, meaning, source : str
    default, low, high : float
        The value used unless a scenario sets another, and the range allowed.
    prior : Prior, optional
        None if the parameter is fixed.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    prior: Prior | None
    meaning: str
    source: str

    @property
    def free(self) -> bool:
        """Whether the parameter is uncertain and has a prior."""
        return self.prior is not None


def _table(*rows: tuple[str, float, float, float, str, str, str, str]) -> dict[str, Parameter]:
    return {
        name: Parameter(
            name, default, low, high, unit,
            None if prior == "fixed" else Prior.parse(prior, low, high), meaning, source,
        )
        for name, default, low, high, unit, prior, meaning, source in rows
    }  # fmt: skip


_ECONOMY = _table(
    ("growth_mean", 4.8, 0.0, 8.0, "% a year", "fixed", "long-run growth of output",
     "record: gdp_growth, mean 1965-78 with growth abroad removed"),
    ("growth_persistence", 0.85, 0.0, 0.99, "per month", "fixed", "how slowly growth returns to its mean",
     "assumed"),
    ("growth_export", 3.5, 0.0, 10.0, "% a year per unit of log price gap", "fixed",
     "growth gained from a high commodity price", "assumed; commodity 38-61 % of goods exports (record: exports)"),
    ("growth_abroad", 0.25, 0.0, 1.0, "ratio", "fixed", "growth gained from growth abroad", "assumed"),
    ("growth_coup", 1.0, 0.0, 5.0, "% a year", "fixed", "growth lost in the month of a successful coup",
     "assumed"),
    ("growth_noise", 0.55, 0.0, 3.0, "% a year", "fixed", "standard deviation of the monthly shock to growth",
     "assumed; gives the yearly spread of record: gdp_growth"),
    ("fiscal_export", 0.5, 0.0, 2.5, "fiscal space per unit of log price gap", "uniform(0.3, 1.5)",
     "what a high commodity price adds to fiscal space", "assumed; INR 1970: one cent a pound is USD 0.75m a year"),
    ("fiscal_oil", 0.06, 0.0, 1.0, "fiscal space per unit of log price gap", "fixed",
     "what a high oil price adds to fiscal space", "assumed"),
    ("fiscal_persistence", 0.92, 0.0, 0.99, "per month", "fixed",
     "how slowly fiscal space moves", "assumed; budgets are annual"),
    ("fiscal_aid_us", 0.12, -0.6, 0.9, "fiscal space per % of GDP", "normal(0.15, 0.15)",
     "fiscal relief by delivered US aid", "Savun and Tirone 2012; Nielsen et al. 2011; sign open"),
    ("fiscal_aid_ussr", 0.0, -0.6, 0.9, "fiscal space per % of GDP", "normal(0, 0.1)",
     "fiscal relief by equipment drawn on tied Soviet credit",
     "prior centred on zero: it replaces purchases, and asks for local costs; CIA 1972"),
    ("untied_ussr", 0.0, 0.0, 1.0, "share", "fixed",
     "share of Soviet deliveries that is money, which relieves the budget as US aid does",
     "record: ussr, credits of 1970 are for machinery"),
    ("fiscal_aid_usual", 2.0, 0.0, 10.0, "% of GDP", "fixed", "aid that budgets already expect",
     "record: net_oda, low end"),
    ("fiscal_sanction", 0.35, 0.0, 1.5, "fiscal space", "fixed",
     "fiscal space lost when multilateral finance is closed", "assumed"),
    ("fiscal_patronage", 0.35, 0.0, 1.5, "fiscal space", "fixed", "cost of full patronage for officers", "assumed"),
    ("fiscal_borrowing", 0.4, 0.0, 1.5, "fiscal space", "fixed", "what borrowing at full speed adds", "assumed"),
    ("fiscal_service", 0.35, 0.0, 1.5, "fiscal space", "fixed", "cost of a debt as large as GDP", "assumed"),
    ("fiscal_reform", 0.12, 0.0, 1.0, "fiscal space", "fixed", "gain in the month of a devaluation or price decree",
     "assumed"),
    ("fiscal_noise", 0.035, 0.0, 0.3, "fiscal space", "fixed", "monthly shock to fiscal space", "assumed"),
    ("debt_borrowing", 0.012, 0.0, 0.05, "GDP per month", "fixed", "debt made by borrowing at full speed",
     "assumed; record: external_debt"),
    ("debt_repayment", 0.008, 0.0, 0.05, "per month", "fixed", "share of the debt repaid or inflated away",
     "assumed; record: external_debt falls from .68 to .43 of GNI, 1970-75"),
    ("performance_growth", 0.2, 0.0, 2.0, "fiscal space per % a year", "fixed",
     "how much fiscal space a point of growth is worth to the public", "assumed"),
    ("stockpile_decay", 0.083, 0.0, 1.0, "per month", "fixed", "how fast the price recovers from a release",
     "assumed; half-life of eight months"),
    ("stockpile_sale", 0.06, 0.0, 0.5, "log price", "fixed", "fall of the price at a release from the stockpile",
     "assumed; the 1978 announcement took off 50 cents of about 600 (FRUS 1977-80 XXIV 125)"),
)

_SOCIETY = _table(
    ("legitimacy_speed", 0.10, 0.01, 0.5, "per month", "uniform(0.05, 0.20)",
     "how fast legitimacy adjusts", "assumed; half-life of 3 to 14 months"),
    ("legitimacy_performance", 1.1, 0.0, 3.0, "log-odds", "uniform(0.5, 2.0)",
     "weight of growth and fiscal space in legitimacy", "Gassebner, Gutmann and Voigt 2016; assumed size"),
    ("legitimacy_repression", 1.6, 0.0, 6.0, "log-odds", "uniform(0.6, 3.0)",
     "legitimacy lost through repression", "Davenport 2007; assumed size"),
    ("legitimacy_rally", 0.7, 0.0, 3.0, "log-odds", "fixed", "legitimacy of a nationalist rally while it lasts",
     "Mueller 1970; assumed size"),
    ("legitimacy_civilian", 0.2, -1.0, 1.0, "log-odds", "fixed", "bonus of a civilian government", "assumed"),
    ("legitimacy_party", 0.2, -2.0, 2.0, "log-odds", "fixed", "what the party's full support earns", "assumed"),
    ("legitimacy_coup", 0.65, 0.0, 1.0, "share", "fixed",
     "legitimacy after a coup that all officers joined", "assumed"),
    ("legitimacy_lawful", 0.5, 0.0, 1.0, "share", "fixed", "legitimacy of a lawful successor", "assumed"),
    ("legitimacy_elected", 0.6, 0.0, 1.0, "share", "fixed", "legitimacy after an election", "assumed"),
    ("legitimacy_annulment", 0.1, 0.0, 1.0, "share", "fixed", "legitimacy lost by annulling an election", "assumed"),
    ("prestige_scale", 10.0, 1.0, 1000.0, "million USD", "fixed", "commitments that count as one unit of prestige", "assumed"),
    ("repression_usual", 0.25, 0.0, 1.0, "share", "fixed", "usual level of repression, without effect on legitimacy", "assumed"),
    ("repression_speed", 0.2, 0.0, 1.0, "per month", "fixed", "how fast repression follows the lever", "assumed"),
    ("grievance_decay", 0.02, 0.0, 1.0, "per month", "fixed", "how fast grievance fades", "assumed; half-life of three years"),
    ("grievance_massacre", 0.1, 0.0, 1.0, "share", "fixed", "grievance left by a massacre", "assumed"),
    ("rally_decay", 0.15, 0.0, 1.0, "per month", "fixed", "how fast a rally fades", "Mueller 1970; assumed half-life of four months"),
    ("rally_campaign", 0.6, 0.0, 2.0, "share", "fixed", "rally of a campaign against that of a nationalisation", "assumed"),
    ("price_shock_decay", 0.3, 0.0, 1.0, "per month", "fixed", "how fast the effect of a price shock fades", "assumed"),
    ("promise_decay", 0.1, 0.0, 1.0, "per month", "fixed", "how fast a broken promise is forgotten", "assumed"),
    ("election_legitimacy", 4.0, 0.0, 20.0, "log-odds", "fixed", "weight of legitimacy in the regime's probability of winning an election", "assumed"),
    ("election_machine", 1.0, 0.0, 5.0, "log-odds", "fixed", "advantage of a military regime that counts the votes", "assumed"),
    ("opposition", 0.35, 0.0, 1.0, "ideology", "fixed", "how far on the other side an elected opposition stands", "assumed"),
    ("leader_luck", 0.25, 0.0, 2.0, "ideology", "fixed", "random term in who takes power, as a difference of ideology", "assumed"),
    ("leader_rank", 0.23, 0.0, 2.0, "ideology", "fixed", "advantage of a candidate of top rank in a coup led by top rank", "assumed"),
    ("orientation_noise", 0.15, 0.0, 1.0, "orientation", "fixed", "how far a new regime's course differs from its leader's ideology", "assumed"),
    ("legitimacy_noise", 0.02, 0.0, 0.2, "legitimacy", "fixed", "monthly shock to legitimacy", "assumed"),
    ("prestige_ussr", 0.0, -1.0, 1.0, "log-odds per log unit", "normal(0, 0.2)",
     "legitimacy gained or lost through Soviet commitments (an independent course)",
     "the studied thesis; prior centred on zero"),
    ("suppression", 2.2, 0.0, 6.0, "log-odds", "uniform(1.2, 3.6)",
     "how far repression suppresses protest now", "Francisco 1995; assumed size"),
    ("backlash", 0.03, 0.0, 0.2, "per month", "uniform(0.005, 0.05)",
     "how fast repression builds up grievance", "Lichbach 1987; Francisco 1995; assumed size"),
    ("mobilisation_base", -0.9, -3.0, 2.0, "log-odds", "fixed", "protest of a content society", "assumed"),
    ("mobilisation_speed", 0.12, 0.0, 1.0, "per month", "fixed", "how fast mobilisation adjusts", "assumed"),
    ("mobilisation_discontent", 2.0, 0.0, 6.0, "log-odds", "fixed", "protest against an illegitimate regime", "assumed"),
    ("mobilisation_grievance", 3.0, 0.0, 9.0, "log-odds", "fixed", "protest fed by accumulated grievance", "assumed"),
    ("opening_civilian", 0.5, 0.0, 1.0, "share", "fixed", "opening under a civilian against one before an election", "assumed"),
    ("mobilisation_opening", 1.5, 0.0, 3.0, "log-odds", "fixed", "protest freed by an opening", "assumed"),
    ("mobilisation_left", 1.5, 0.0, 3.0, "log-odds", "fixed",
     "protest under a regime that leans on labour", "assumed"),
    ("mobilisation_party", 0.6, 0.0, 3.0, "log-odds", "fixed", "what a party at full effort adds to protest", "assumed"),
    ("mobilisation_shock", 1.0, 0.0, 3.0, "log-odds", "fixed", "protest at a price shock", "assumed"),
    ("mobilisation_noise", 0.035, 0.0, 0.2, "mobilisation", "fixed", "monthly shock to mobilisation", "assumed"),
    ("restraint_party", 0.0, -2.0, 2.0, "log-odds", "normal(0, 0.2)",
     "reduction of protest by a party that Moscow counsels to restraint", "the studied thesis; prior centred on zero"),
    ("strike_rate", 0.25, 0.0, 1.0, "per month", "fixed", "chance of a strike at full mobilisation", "assumed"),
    ("general_strike_rate", 0.15, 0.0, 1.0, "per month", "fixed", "chance of a general strike at full mobilisation", "assumed"),
    ("siege_rate", 0.15, 0.0, 1.0, "per month", "fixed",
     "chance of a state of siege when protest and repression are full", "assumed"),
    ("guerrilla_rate", 0.4, 0.0, 1.0, "per month", "fixed", "chance of armed action when the party is fully in arms", "assumed"),
    ("massacre_rate", 0.10, 0.0, 1.0, "per month", "fixed",
     "chance of lethal repression when both protest and repression are full", "assumed; record: conflict"),
)

_OFFICERS = _table(
    ("discontent_base", -0.10, -3.0, 3.0, "discontent", "fixed", "discontent of an officer in even conditions",
     "assumed"),
    ("discontent_fiscal", 0.7, 0.0, 3.0, "discontent", "uniform(0.3, 1.2)", "pay and corporate grievance",
     "Thompson 1973; Nordlinger 1977; assumed size"),
    ("discontent_distance", 0.65, 0.0, 3.0, "discontent per unit of ideology", "uniform(0.3, 1.2)",
     "distance between an officer and the regime", "assumed"),
    ("distance_usual", 0.6, 0.0, 2.0, "ideology", "fixed",
     "distance at which discontent_base holds", "assumed"),
    ("discontent_fear", 0.95, 0.0, 3.0, "discontent", "uniform(0.2, 1.0)",
     "fear of mobilisation, felt on the right", "Casper and Tyson 2014; assumed size"),
    ("discontent_legitimacy", 1.1, 0.0, 4.0, "discontent", "uniform(0.5, 2.0)",
     "officers seldom move against a popular regime", "Geddes 2014 on Singh; assumed size"),
    ("discontent_patronage", 0.7, 0.0, 3.0, "discontent", "uniform(0.2, 1.0)",
     "posts, pay and arms", "FRUS 1969-76 E-11 2, 72; assumed size"),
    ("discontent_civilian", 0.45, -1.0, 2.0, "discontent", "fixed", "discontent under a civilian government",
     "assumed"),
    ("discontent_spread", 0.7, 0.0, 2.0, "discontent", "uniform(0.5, 1.1)",
     "spread of private discontent among officers", "Kuran 1991; assumed size"),
    ("discontent_mood", 0.25, 0.0, 2.0, "discontent", "fixed", "an officer's mood from month to month", "assumed"),
    ("opportunity", 0.045, 0.0, 1.0, "per month", "uniform(0.015, 0.075)",
     "rate of opportunities to plot a year after the last attempt",
     "assumed; Powell and Thyne 2011: in seventeen countries .04 to .06 attempts a month in the year after one"),
    ("opportunity_unrest", 0.5, 0.0, 3.0, "log rate", "fixed", "more opportunities at high mobilisation", "Casper and Tyson 2014"),
    ("opportunity_succession", 1.0, 0.0, 3.0, "log rate", "fixed", "more opportunities around a succession", "assumed"),
    ("coup_trap", 0.75, 0.0, 2.0, "power of quiet", "uniform(0.0, 1.5)",
     "how fast the rate falls in the years after an attempt: a coup raises the risk of the next",
     "Londregan and Poole 1990; Powell and Thyne 2011: .75 (.13) in twenty countries, .20 (.15) beside fixed effects; may be zero"),
    ("fading_memory", 0.0, 0.0, 1.0, "0 or 1", "fixed",
     "whether the rate follows a fading memory of attempts, instead of a power of quiet", "version 0.9; a variant"),
    ("cost", 1.0, 0.0, 3.0, "discontent", "uniform(0.6, 1.4)", "risk of joining a coup",
     "assumed"),
    ("affinity", 0.4, 0.0, 2.0, "discontent", "fixed", "readiness to follow a like-minded plotter", "assumed"),
    ("comrades", 0.25, 0.0, 2.0, "discontent", "fixed", "readiness to follow one's own garrison", "assumed"),
    ("complementarity", 1.7, 0.0, 4.0, "discontent", "uniform(1.0, 2.4)",
     "each officer joins the side that he expects to win", "Geddes 1999; Singh 2014; assumed size"),
    ("visibility", 0.13, 0.0, 0.5, "share of force", "fixed",
     "smallest nucleus of an attempt; a smaller one stays a plot", "assumed"),
    ("public_shock", 0.55, 0.0, 2.0, "discontent", "fixed",
     "spread of the public signal (who holds the radio)", "Singh 2014; assumed size"),
    ("rank_advantage", 0.25, 0.0, 2.0, "discontent", "fixed", "credibility of a plot led from the top", "Singh 2014"),
    ("labour_defence", 0.3, 0.0, 2.0, "discontent", "fixed",
     "what a mobilised labour adds to the side nearer to it", "assumed"),
    ("covert_support", 0.5, 0.0, 2.0, "discontent", "fixed", "reduction of plotters' risk by covert money", "assumed"),
    ("intimidation", 0.0, -2.0, 2.0, "discontent", "normal(0, 0.3)",
     "what full repression adds to the risk of rising", "prior centred on zero; replaces fiscal_persistence among the free"),
    ("global_game", 0.0, 0.0, 1.0, "0 or 1", "fixed",
     "whether officers act on private signals alone, instead of watching who joins", "Morris and Shin 2003; a variant"),
    ("deterrence", 0.35, 0.0, 2.0, "discontent", "fixed", "deterrence by a regime that survived an attempt", "Little 2017"),
    ("broken_promise", 0.6, 0.0, 2.0, "discontent", "fixed", "reduction of plotters' risk by a broken promise of elections",
     "North and Weingast 1989; assumed size"),
    ("coup_memory_decay", 0.0285, 0.0, 1.0, "per month", "fixed", "how fast an attempt fades from coup_memory",
     "record: base_rates, attempts by years since the last; half-life of 24 months"),
    ("survived_decay", 0.109, 0.0, 1.0, "per month", "fixed", "how fast the lesson of a failure fades", "assumed; half-life of 6 months"),
    ("succession_decay", 0.1, 0.0, 1.0, "per month", "fixed", "how fast a new ruler settles in", "assumed"),
    ("plot_detection", 4.0, 0.0, 20.0, "per share of force", "fixed", "probability that a plot is discovered, by its size", "assumed"),
    ("purge_distance", 0.8, 0.0, 2.0, "ideology", "fixed", "distance from the new rulers beyond which loyalists may be purged", "assumed"),
    ("purge", 0.5, 0.0, 1.0, "share", "uniform(0.2, 0.8)", "losers of a coup who leave the corps", "assumed"),
)

_PATRONS = _table(
    ("patronage_us", 0.025, 0.0, 0.2, "share per million USD a year", "fixed",
     "patronage that delivered US military aid adds", "assumed"),
    ("patronage_speed", 0.12, 0.0, 1.0, "per month", "fixed", "how fast patronage reaches officers", "assumed"),
    ("delivery_us", 1 / 12, 0.0, 1.0, "per month", "fixed", "share of the US pipeline delivered", "assumed"),
    ("delivery_ussr", 1 / 120, 0.0, 1.0, "per month", "uniform(0.00417, 0.02083)",
     "share of the Soviet pipeline drawn", "CIA 1972: virtually nothing drawn; credits drawn over 4 to 20 years"),
    ("aid_noise", 0.3, 0.0, 1.0, "ratio", "fixed", "spread of a year's US programme around the amount of the policy",
     "record: us_aid_obligations, 1973-78"),
    ("credit_noise", 0.4, 0.0, 1.0, "ratio", "fixed", "spread of the size of a Soviet credit", "assumed"),
    ("programme_noticed", 15.0, 0.0, 1000.0, "million USD a year", "fixed",
     "smallest new programme of aid that is recorded as an event", "assumed"),
    ("leverage_ussr", 0.1, -1.0, 1.0, "ratio per USD 25m", "normal(0.1, 0.15)",
     "how far Soviet commitments raise the US offer", "TIME 19 Dec 1960; sign open"),
    ("delivery_sanction", 0.5, 0.0, 1.0, "share", "fixed", "deliveries held back under a full sanction", "assumed"),
    ("signal_speed", 1 / 3, 0.0, 1.0, "per month", "fixed", "how fast sanctions, money and pressure are felt", "assumed"),
    ("alarm_gain", 0.04, 0.0, 1.0, "per month", "fixed", "alarm raised in Washington by a regime of the far left", "assumed"),
    ("alarm_decay", 0.01, 0.0, 1.0, "per month", "fixed", "how fast alarm fades", "assumed; record: us_aid_obligations stay high to 1978"),
    ("rights_decay", 0.1, 0.0, 1.0, "per month", "fixed", "how fast repression is forgotten abroad", "assumed"),
    ("rights_siege", 0.5, 0.0, 2.0, "acts", "fixed", "weight of a siege or a ban against a massacre", "assumed"),
    ("strain_decay", 0.08, 0.0, 1.0, "per month", "fixed", "how fast a hostile act is forgotten in Moscow", "assumed"),
    ("strain_mended", 0.3, 0.0, 1.0, "share", "fixed", "strain left after relations are mended", "assumed"),
    ("visits", 0.4, 0.0, 1.0, "share", "fixed", "share of contacts that are visits", "record: ussr, 1970"),
    ("ties_relations", 0.15, 0.0, 1.0, "share per level", "fixed", "weight of relations in ties with a regime", "assumed"),
    ("ties_pipeline", 0.003, 0.0, 0.1, "share per million USD", "fixed", "weight of undelivered credit in ties", "assumed"),
    ("ties_trust", 0.2, 0.0, 1.0, "share", "fixed", "weight of trust in ties", "assumed"),
    ("ties_party", 0.2, 0.0, 1.0, "share", "fixed", "weight of a supporting party in ties", "assumed"),
    ("trust_ussr_base", -2.5, -9.0, 9.0, "log-odds", "fixed", "trust without relations", "assumed"),
    ("trust_ussr_relations", 1.5, 0.0, 9.0, "log-odds per level", "fixed", "trust by relations", "assumed"),
    ("trust_ussr_credit", 0.03, 0.0, 1.0, "log-odds per million USD", "fixed", "trust by recent credit", "assumed"),
    ("trust_ussr_enough", 35.0, 0.0, 1000.0, "million USD", "fixed", "recent credit beyond which more credit adds no trust", "assumed"),
    ("trust_ussr_strain", 1.5, 0.0, 9.0, "log-odds per act", "fixed", "trust lost by hostile acts", "assumed"),
    ("trust_ussr_orientation", 0.5, 0.0, 9.0, "log-odds", "fixed", "trust lost by a regime of the right", "assumed"),
    ("trust_ussr_contact", 0.5, 0.0, 9.0, "log-odds", "fixed", "trust by a contact", "assumed"),
    ("trust_us_base", 0.2, -9.0, 9.0, "log-odds", "fixed", "trust of a regime of the centre", "assumed"),
    ("trust_us_orientation", 1.6, 0.0, 9.0, "log-odds", "fixed", "trust by a regime of the right", "assumed"),
    ("trust_us_dispute", 2.0, 0.0, 9.0, "log-odds", "fixed", "trust lost by unpaid expropriation", "assumed"),
    ("trust_us_aid", 0.01, 0.0, 1.0, "log-odds per million USD a year", "fixed", "trust by aid", "assumed"),
    ("trust_us_sanction", 1.0, 0.0, 9.0, "log-odds", "fixed", "trust lost by a sanction", "assumed"),
    ("trust_us_rights", 1.0, 0.0, 9.0, "log-odds per act", "fixed", "trust lost through repression while human rights have weight", "assumed"),
    ("trust_us_act", 0.04, 0.0, 1.0, "share", "fixed", "trust gained by a visit, lost by a stockpile sale or a rebuke", "assumed"),
    ("trust_speed", 0.08, 0.0, 1.0, "per month", "fixed", "how fast trust adjusts", "assumed"),
    ("perception_noise", 0.12, 0.0, 1.0, "units of the observable", "fixed",
     "standard deviation of observation errors", "assumed"),
    ("sycophancy", 0.5, 0.0, 1.0, "share", "fixed", "share of the officers' disaffection that reaches the ruler",
     "Kuran 1995; assumed size"),
)

_PARTY = _table(
    ("friction_gain", 0.2, 0.0, 1.0, "per act", "uniform(0.02, 0.3)",
     "friction by Soviet cooperation with a regime that represses the party", "assumed"),
    ("friction_decay", 0.02, 0.0, 0.5, "per month", "fixed", "how fast friction is forgotten", "assumed"),
    ("friction_silence", 0.03, 0.0, 0.3, "per month", "fixed", "friction by silence about repression", "assumed"),
    ("friction_subsidy", 0.01, 0.0, 0.3, "per month", "fixed", "friction removed by a full subsidy", "assumed"),
    ("friction_dissent", 0.1, 0.0, 1.0, "share", "fixed", "friction added by an act of public dissent", "assumed"),
    ("friction_bearable", 0.5, 0.0, 1.0, "share", "fixed", "level of repression below which silence causes no friction", "assumed"),
    ("cooperation_credit", 0.04, 0.0, 1.0, "acts per million USD", "fixed", "weight of a credit among acts of cooperation",
     "assumed; 25 million is one act"),
    ("cooperation_agreement", 0.5, 0.0, 5.0, "acts", "fixed", "weight of an agreement or an embassy", "assumed"),
    ("cooperation_contact", 0.2, 0.0, 5.0, "acts", "fixed", "weight of a contact", "assumed"),
    ("cooperation_delivery", 0.25, 0.0, 5.0, "acts per million USD a month", "fixed", "weight of deliveries", "assumed"),
    ("stand_speed", 0.25, 0.0, 1.0, "per month", "fixed", "how fast the party changes its stand", "assumed"),
    ("militants_crowding", 0.003, 0.0, 0.1, "per month", "fixed", "loss of members at the initial size of the party", "assumed"),
    ("militants_core", 0.05, 0.0, 1.0, "ratio", "fixed", "smallest size of the party", "assumed"),
    ("militants_growth", 0.01, 0.0, 0.1, "per month", "fixed", "growth in a legal and mobilised setting", "assumed"),
    ("militants_loss", 0.018, 0.0, 0.2, "per month", "fixed", "loss by repression and by friction", "Hirschman 1970"),
)

ROWS = _ECONOMY | _SOCIETY | _OFFICERS | _PATRONS | _PARTY
