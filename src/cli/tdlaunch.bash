# SPDX-License-Identifier: BSD-2-Clause
# bash completion for tdlaunch. What can be typed is asked of the tool's own help, so that this file
# never has to be changed with it.

# The words that a help lists as commands; $1... is the group.
_tdlaunch_commands()
{
	tdlaunch "$@" --help 2>/dev/null </dev/null |
		sed -n '/^Commands:/,/^$/s/^  \(.*[^ ]\)  .*$/\1/p' | sed 's/  .*//; s/.* //'
}

_tdlaunch_options()
{
	tdlaunch "$@" --help 2>/dev/null </dev/null |
		sed -n '/^Options:/,/^Example:/s/^ .*\(--[a-z0-9][a-z0-9-]*\).*/\1/p'
}

# The values of an option that has words for values; $2 is the command.
_tdlaunch_words()
{
	case $1 in
	--flow) echo all; tdlaunch measure --flow all /usr/share/ovmf/OVMF.fd 2>/dev/null |
		sed 's/ .*//' ;;
	--encoding) echo hex base64 ;;
	--format) [ "$2" = check ] && echo text json junit tap markdown ear ||
		echo corim in-toto trustee markdown google migtd ;;
	--require) echo quote report log event-log anchor ;;
	--tpm) echo hardware software any ;;
	--prefault) echo none all ;;
	--update) echo standard early ;;
	--kvm) echo auto embedded /dev/kvm ;;
	--linux) tdlaunch host --linux none 2>&1 >/dev/null | grep -o '[0-9]*\.[0-9]*' ;;
	--detail | --log-detail) echo region page call ;;
	esac
}

_tdlaunch()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]}
	local path=() i=1 candidates

	# Walk down the groups: in each, the next word is one of its commands.
	candidates=$(_tdlaunch_commands)
	while [[ -n $candidates ]] && ((i < COMP_CWORD)); do
		path+=("${COMP_WORDS[i++]}")
		candidates=$(_tdlaunch_commands "${path[@]}")
	done
	if [[ -n $candidates ]]; then
		candidates+=" --help"
		((i == 1)) && candidates+=" --version"
	else
		candidates=$(_tdlaunch_words "$prev" "${path[0]:-}")
		[[ -z $candidates && $cur == -* ]] && candidates=$(_tdlaunch_options "${path[@]}")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$cur")
}

complete -o default -F _tdlaunch tdlaunch
