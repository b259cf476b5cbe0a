"""Streamlit's own words, in the reader's language: its lists, uploads, dialogs and the box it shows when it breaks.

Streamlit has them in English and takes no others. A script in the page replaces them as they appear, also those it
shows when the server is gone; the page works without it, in English.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files

import streamlit as st

from simulator.lang import text

# What is said, and what Streamlit says where it is said ("*" stands for anything).
SAID: dict[str, tuple[str, ...]] = {
    "st_skip": ("Skip to main content",), "st_open": ("Open",), "st_choose": ("Choose an option",),
    "st_choose_more": ("Choose options",), "st_clear": ("Clear",), "st_clear_all": ("Clear all",),
    "st_clear_one": ("Clear value", "Clear entry"),
    "st_none": ("No results", "No options to select", "No options to select."), "st_all": ("Select all",),
    "st_matches": ("Select * matches",), "st_remove": ("Remove *",), "st_enter": ("Press Enter to *",),
    "st_options": ("Selectbox options", "Multiselect options"), "st_chosen": ("Selected values",),
    "st_help": ("Help for *",), "st_help_bare": ("Help",), "st_sidebar_close": ("Collapse sidebar",),
    "st_sidebar_open": ("Expand sidebar",), "st_sidebar": ("Sidebar",), "st_close": ("Close", "Dismiss"),
    "st_copy": ("Copy to clipboard",), "st_copied": ("Copied",), "st_tabs_left": ("Scroll tabs left",),
    "st_tabs_right": ("Scroll tabs right",), "st_file": ("Upload",), "st_file_add": ("Add files",),
    "st_file_field": ("file upload",), "st_file_drop": ("Drag and drop a file here",),
    "st_file_big": ("File must be * or smaller.", "File is larger than *"),
    "st_file_kind": ("*files are not allowed.",
        "File type must be *",
        "Skipped * because an invalid file extension was provided."),
    "st_file_one": ("Only one file is allowed.", "Too many files"),
    "st_file_failed": ("Upload failed", "Network error", "Unexpected error. Please try again."),
    "st_file_again": ("Click to retry upload",), "st_file_stop": ("Cancel upload of *",), "st_error": ("Error:",),
    "st_icon": ("* icon",), "st_lost": ("Connection error",),
    "st_lost_why": ("Streamlit server is not responding. Are you connected to the internet?",
        "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:",
        "Connection timed out."),
    "st_lost_command": ("streamlit run yourscript.py",), "st_refused": ("Cannot connect to Streamlit (HTTP status: *",),
    "st_reconnect": ("Connection lost. Please wait for the app to reconnect, then try again.",),
    "st_reconnected": ("Reconnected to server.",), "st_again": ("Try again",), "st_on": ("Continue anyway",),
    "st_no_page": ("Page not found",),
    "st_no_page_why": ("You have requested page *", "The page that you have requested does not seem to exist*"),
    "st_bad_message": ("Bad message format",), "st_running": ("Running...",),
    "ui_defect": ("This app has encountered an error. *",),
}


def speak(lang: str) -> None:
    """Put the script into the page, with the words of ``lang`` (zh | en)."""
    st.html(f"<script>{script(lang)}</script>", unsafe_allow_javascript=True)


def script(lang: str) -> str:
    """The script with its words. Nothing a user has written is in it."""
    told = {"lang": {"zh": "zh-CN", "en": "en"}[lang], "words": [
        [_pattern(said), text(key, lang, n="$1")] for key, phrases in SAID.items() for said in phrases]}
    code = files("simulator.ui").joinpath("front/frame.js").read_text("utf-8")
    return code.replace("TOLD", json.dumps(told, ensure_ascii=False).replace("</", "<\\/"))


def _pattern(said: str) -> str:
    return "^" + re.escape(said).replace(r"\*", "(.*)") + "$"
