from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class CoverageStep(Base):
    """How counts change: what began less what ended in each `grain`, by county and category.

    Grains: a day, five and ten days of a month, a month, a year. Kept by triggers on venues, access_history and
    duty_history; never written by hand.
    """

    __tablename__ = "coverage_steps"

    grain: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """First day of the grain."""
    county: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(primary_key=True)
    venues: Mapped[int] = mapped_column(server_default="0")
    accessed: Mapped[int] = mapped_column(server_default="0")
    on_duty: Mapped[int] = mapped_column(server_default="0")
