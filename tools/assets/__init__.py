"""Build the portal's stylesheet, scripts and icons: `python -m tools.assets`.

The results are committed in `services/portal/pages/assets`, so that nothing of npm is needed to run or to install.
"""
