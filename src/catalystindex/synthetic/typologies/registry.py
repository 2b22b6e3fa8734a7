"""All typologies by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from catalystindex.synthetic.plan import Plan
from catalystindex.synthetic.typologies import (
    account_takeover,
    bipartite,
    card_testing,
    carousel,
    cycle,
    dormant_reactivation,
    fan_in,
    fan_out,
    gather_scatter,
    insider_dealing,
    mule_chain,
    multiple_invoicing,
    over_invoicing,
    phantom_shipment,
    scatter_gather,
    shared_device_ring,
    shell_company,
    stack,
    structuring,
    under_invoicing,
)

Plant = Callable[[Plan], None]

PLANTS: Final[Mapping[str, Plant]] = MappingProxyType(
    {
        "structuring": structuring.plant,
        "fan_in": fan_in.plant,
        "fan_out": fan_out.plant,
        "gather_scatter": gather_scatter.plant,
        "scatter_gather": scatter_gather.plant,
        "cycle": cycle.plant,
        "bipartite": bipartite.plant,
        "stack": stack.plant,
        "mule_chain": mule_chain.plant,
        "dormant_reactivation": dormant_reactivation.plant,
        "account_takeover": account_takeover.plant,
        "shared_device_ring": shared_device_ring.plant,
        "card_testing": card_testing.plant,
        "over_invoicing": over_invoicing.plant,
        "under_invoicing": under_invoicing.plant,
        "phantom_shipment": phantom_shipment.plant,
        "carousel": carousel.plant,
        "multiple_invoicing": multiple_invoicing.plant,
        "insider_dealing": insider_dealing.plant,
        "shell_company": shell_company.plant,
    }
)
"""What plants one pattern of each typology, in the order of `config.TYPOLOGIES`."""
