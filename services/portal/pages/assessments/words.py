"""Words of assessments: standards, and how it stands with a version."""

from services.portal.calls.assessment_answers import Assessment

STANDARDS = {
    "TS1": "Set high expectations which inspire, motivate and challenge pupils",
    "TS2": "Promote good progress and outcomes by pupils",
    "TS3": "Demonstrate good subject and curriculum knowledge",
    "TS4": "Plan and teach well structured lessons",
    "TS5": "Adapt teaching to respond to the strengths and needs of all pupils",
    "TS6": "Make accurate and productive use of assessment",
    "TS7": "Manage behaviour effectively to ensure a good and safe learning environment",
    "TS8": "Fulfil wider professional responsibilities",
}
"""The headings of Part One of the Teachers' Standards (DfE 2011)."""
KINDS = {
    "interim": "Interim assessments",
    "end_of_placement": "Assessments at the end of a placement",
    "final": "Final assessments",
    "ect_progress_review": "Progress reviews in induction",
    "ect_formal_1": "First formal assessments in induction",
    "ect_formal_2": "Second formal assessments in induction",
    "ect_interim": "Interim assessments in induction",
}
TASKS = {
    "assess": "to write",
    "submit": "to submit",
    "correct": "to correct after an appeal",
    "plan_support": "support plan to share",
    "review_support": "support plan to review",
}
APPEALS = {
    "made": "An appeal is made, and waits for a decision.",
    "withdrawn": "An appeal was taken back.",
    "dismissed": "An appeal was dismissed.",
    "upheld": "An appeal was upheld: the assessor corrects the assessment.",
}


def state_of(assessment: Assessment) -> str:
    """Say how it stands with an assessment, and whose turn it is."""
    match assessment.state:
        case "drafting":
            return "A draft, which only its assessor reads."
        case "shared":
            return f"Shared. The trainee can comment; {assessment.next_to_sign} signs next."
        case "commented":
            return f"The trainee has commented; {assessment.next_to_sign} signs next."
        case "signing":
            return f"Being signed; {assessment.next_to_sign} signs next."
        case "signed":
            return "Signed by all. Its assessor submits it next."
        case "submitted":
            return "Submitted. It waits to be acknowledged."
        case "acknowledged":
            return "Submitted and acknowledged."
        case "returned":
            return "Sent back to its assessor, who writes it anew."
