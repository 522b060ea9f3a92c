"""Finite languages with a random rule: questions in domains, strings as answers, and which of them are right.

`finite_worlds` has the noun, `World`. `lookup`, `modular_arithmetic`, `string_tasks` and `styled_instructions` make one
kind of world each, by `coded_worlds`. `reference_signals` and `reward_signals` are what learners train on;
`reference_channels` and `reward_channels` are the same signals as laws of what is seen, `signal_information` says what
they tell, and `bayes_learner` what can be learned from them. `component_pairs` are signals of two components with idle
detail.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
