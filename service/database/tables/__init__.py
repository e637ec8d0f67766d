"""The mapped rows. Area codes lead the keys that matter, for scope and partition by county.

Geometry is EPSG:4326 throughout. Every column is explained in docs/data_dictionary.md.
"""

from service.database.tables.areas import (
    CampaignRow,
    CellRow,
    CountyRow,
    PlaceRow,
    PlanRow,
    TownshipRow,
)
from service.database.tables.base import NAMING, Base
from service.database.tables.cluster_life import (
    ClusterChangeRow,
    ClusterObjectRow,
    TownshipStatisticRow,
)
from service.database.tables.counts import EnterpriseChangeRow, EnterpriseFactRow, RegisterCountRow
from service.database.tables.datums import DatumProposalRow
from service.database.tables.gazetteers import FormerPlaceRow, GazetteerVersionRow
from service.database.tables.jobs import ClusterRunRow
from service.database.tables.people import OfficerRow, ResponsibilityRow
from service.database.tables.policies import InspectionPolicyRow, ScoreWeightRow
from service.database.tables.register import (
    EnterpriseRow,
    ImportBatchRow,
    LicenceRow,
    LocationRow,
    QualityEventRow,
)
from service.database.tables.results import (
    AnalysisRow,
    CellStatisticRow,
    ClusterRow,
    GapRow,
    TargetRow,
)
from service.database.tables.reviews import (
    DecidedAddressRow,
    DecisionRow,
    RegisterRedirectRow,
    ReviewItemRow,
)
from service.database.tables.special_areas import AreaRow
from service.database.tables.tiles import (
    DataChangeRow,
    TileBinRow,
    TileSnapshotRow,
    TileTotalRow,
    TileWeekRow,
)

__all__ = [
    "NAMING",
    "AnalysisRow",
    "AreaRow",
    "Base",
    "CampaignRow",
    "CellRow",
    "CellStatisticRow",
    "ClusterChangeRow",
    "ClusterObjectRow",
    "ClusterRow",
    "ClusterRunRow",
    "CountyRow",
    "DataChangeRow",
    "DatumProposalRow",
    "DecidedAddressRow",
    "DecisionRow",
    "EnterpriseChangeRow",
    "EnterpriseFactRow",
    "EnterpriseRow",
    "FormerPlaceRow",
    "GapRow",
    "GazetteerVersionRow",
    "ImportBatchRow",
    "InspectionPolicyRow",
    "LicenceRow",
    "LocationRow",
    "OfficerRow",
    "PlaceRow",
    "PlanRow",
    "QualityEventRow",
    "RegisterCountRow",
    "RegisterRedirectRow",
    "ResponsibilityRow",
    "ReviewItemRow",
    "ScoreWeightRow",
    "TargetRow",
    "TileBinRow",
    "TileSnapshotRow",
    "TileTotalRow",
    "TileWeekRow",
    "TownshipRow",
    "TownshipStatisticRow",
]
