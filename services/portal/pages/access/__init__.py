"""Who may sign in to the partnership: invite, give a role, end it, end everything of somebody who leaves."""
