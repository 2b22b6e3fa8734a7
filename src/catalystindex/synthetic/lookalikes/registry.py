"""All look-alikes by name, with the typology that each resembles."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from catalystindex.synthetic.lookalikes import (
    cash_shop,
    club_treasurer,
    family_round_trip,
    landlord_fan_in,
    lucky_investor,
    market_maker,
    marketplace,
    new_phone,
    part_delivery,
    payroll_fan_out,
    seasonal_business,
    supplier_hub,
)
from catalystindex.synthetic.typologies.registry import Plant

LOOKALIKES: Final[Mapping[str, Plant]] = MappingProxyType(
    {
        "payroll_fan_out": payroll_fan_out.plant,
        "landlord_fan_in": landlord_fan_in.plant,
        "family_round_trip": family_round_trip.plant,
        "marketplace": marketplace.plant,
        "market_maker": market_maker.plant,
        "seasonal_business": seasonal_business.plant,
        "supplier_hub": supplier_hub.plant,
        "cash_shop": cash_shop.plant,
        "new_phone": new_phone.plant,
        "club_treasurer": club_treasurer.plant,
        "lucky_investor": lucky_investor.plant,
        "part_delivery": part_delivery.plant,
    }
)
"""What plants one look-alike of each kind."""
