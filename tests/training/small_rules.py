"""A rule set small enough to be known by heart, for the small course."""

from listener_training.certification.rule_set import (
    ChatHoursAsk,
    EducationAsk,
    Grade,
    ModulesAsk,
    PracticeAsk,
    ReviewAsk,
    RuleSet,
)

RULES = RuleSet(
    id="small",
    version="1",
    title="Small rules",
    summary="For tests.",
    notice="Not clinically reviewed.",
    items={"talk": "A talk with a mentor", "yearly": "The yearly talk"},
    subjects={"ethics": "Ethics"},
    grades=[
        Grade(
            id="adult",
            title="Listener",
            summary="Adults.",
            clearances=["age_band:adult", "risk_level:low"],
            lasts_months=12,
            asks=[
                ModulesAsk(title="The start", course="small", modules=["start"], min_score=0.8),
                ReviewAsk(title="A talk", item="talk"),
            ],
            renewal=[
                ReviewAsk(title="The yearly talk", item="yearly"),
                EducationAsk(title="Two hours of ethics", hours=2, subjects=["ethics"]),
            ],
        ),
        Grade(
            id="teen",
            title="Listener for teens",
            summary="Teens.",
            needs=["adult"],
            clearances=["age_band:teen", "risk_level:low"],
            lasts_months=12,
            asks=[
                PracticeAsk(title="A practice chat with a teen", scenarios=["teen"], min_score=70),
                ChatHoursAsk(title="An hour of chats", hours=1),
            ],
        ),
    ],
)
