"""What a user runs: experiments on the model, their folders, pages and figures.

Each sub-package imports only those that stand after it: `cli`, `lab`, `report`, `concepts`,
`validate`, `explore`, `counterfactual`, `reanalysis`, `run`, `infer`, `forecast`, `simulate`,
`observe`, `io`.
The equations stand in `palca.model`, and scenario files are read in `palca.scenarios`.
"""
