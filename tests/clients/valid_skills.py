"""Asks the reference validator of the agent-skills specification about every skill below some folders.

    python3 -m venv v && v/bin/pip install skills-ref && v/bin/python tests/clients/valid_skills.py skills
"""

import sys
from pathlib import Path

from skills_ref import validate


def main(folders):
    skills = sorted(file.parent for folder in folders for file in Path(folder).rglob("SKILL.md"))
    wrong = {skill: errors for skill in skills if (errors := validate(skill))}
    for skill, errors in wrong.items():
        print(f"{skill}: {'; '.join(errors)}")
    print(f"{len(skills) - len(wrong)} of {len(skills)} skills are valid by the specification")
    return 1 if wrong or not skills else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
