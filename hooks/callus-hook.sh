#!/bin/sh
# Hands a session event to Callus, for the plugin. Without the program a session must not suffer: this always ends
# with 0, and says once what to install.

for program in "$(command -v callus 2>/dev/null)" "$HOME/.local/bin/callus" "${CLAUDE_PLUGIN_ROOT:-.}/bin/callus"; do
    if [ -f "$program" ] && [ -x "$program" ]; then
        "$program" hook claude-code
        exit 0
    fi
done

# The folder that the client gives each plugin keeps the mark that the user has been told.
told=${CLAUDE_PLUGIN_DATA:+$CLAUDE_PLUGIN_DATA/told-to-install}
if [ -n "$told" ] && [ ! -e "$told" ]; then
    case $(cat) in
    *'"SessionStart"'*)
        if mkdir -p "$CLAUDE_PLUGIN_DATA" 2>/dev/null && touch "$told" 2>/dev/null; then
            printf '%s\n' '{"systemMessage":"The Callus plugin records nothing yet: its program is missing. Run install.sh of the Callus repository, or put the program callus into ~/.local/bin."}'
        fi
        ;;
    esac
fi
exit 0
