# bash completion for quantcdn, written by docs/tools/completions.py from its parser
_quantcdn() {
    local current=${COMP_WORDS[COMP_CWORD]} command=quantcdn option= word
    local words= options= paths= candidates=
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == '=' ]]; then
            continue # bash takes --option=value for three words
        elif [[ -n $option ]]; then
            option=
        else
            case "$command $word" in
            'quantcdn tools' | 'quantcdn tools list' | 'quantcdn tools names' | 'quantcdn tools show' | 'quantcdn tools config' | 'quantcdn executions' | 'quantcdn executions list' | 'quantcdn executions get' | 'quantcdn executions wait' | 'quantcdn executions watch' | 'quantcdn executions save' | 'quantcdn orchestrations' | 'quantcdn orchestrations get' | 'quantcdn orchestrations wait' | 'quantcdn mcp' | 'quantcdn mcp list' | 'quantcdn login' | 'quantcdn config' | 'quantcdn config path' | 'quantcdn config get' | 'quantcdn config set' | 'quantcdn demo' | 'quantcdn emulator' | 'quantcdn doctor' | 'quantcdn completion' | 'quantcdn help') command+=" $word" ;;
            'quantcdn --host' | 'quantcdn --organisation' | 'quantcdn --organization' | 'quantcdn --token-file' | 'quantcdn tools list --fields' | 'quantcdn tools list --host' | 'quantcdn tools list --organisation' | 'quantcdn tools list --organization' | 'quantcdn tools list --token-file' | 'quantcdn tools names --fields' | 'quantcdn tools names --host' | 'quantcdn tools names --organisation' | 'quantcdn tools names --organization' | 'quantcdn tools names --token-file' | 'quantcdn tools show --fields' | 'quantcdn tools show --host' | 'quantcdn tools show --organisation' | 'quantcdn tools show --organization' | 'quantcdn tools show --token-file' | 'quantcdn tools config --allow' | 'quantcdn tools config --host' | 'quantcdn tools config --organisation' | 'quantcdn tools config --organization' | 'quantcdn tools config --token-file' | 'quantcdn executions list --status' | 'quantcdn executions list --tool' | 'quantcdn executions list --since' | 'quantcdn executions list --limit' | 'quantcdn executions list --fields' | 'quantcdn executions list --host' | 'quantcdn executions list --organisation' | 'quantcdn executions list --organization' | 'quantcdn executions list --token-file' | 'quantcdn executions get --fields' | 'quantcdn executions get --host' | 'quantcdn executions get --organisation' | 'quantcdn executions get --organization' | 'quantcdn executions get --token-file' | 'quantcdn executions wait --timeout' | 'quantcdn executions wait --interval' | 'quantcdn executions wait --save' | 'quantcdn executions wait --fields' | 'quantcdn executions wait --host' | 'quantcdn executions wait --organisation' | 'quantcdn executions wait --organization' | 'quantcdn executions wait --token-file' | 'quantcdn executions watch --log' | 'quantcdn executions watch --status' | 'quantcdn executions watch --tool' | 'quantcdn executions watch --since' | 'quantcdn executions watch --interval' | 'quantcdn executions watch --timeout' | 'quantcdn executions watch --fields' | 'quantcdn executions watch --host' | 'quantcdn executions watch --organisation' | 'quantcdn executions watch --organization' | 'quantcdn executions watch --token-file' | 'quantcdn executions save --to' | 'quantcdn executions save --source' | 'quantcdn executions save --host' | 'quantcdn executions save --organisation' | 'quantcdn executions save --organization' | 'quantcdn executions save --token-file' | 'quantcdn orchestrations get --fields' | 'quantcdn orchestrations get --host' | 'quantcdn orchestrations get --organisation' | 'quantcdn orchestrations get --organization' | 'quantcdn orchestrations get --token-file' | 'quantcdn orchestrations wait --timeout' | 'quantcdn orchestrations wait --interval' | 'quantcdn orchestrations wait --fields' | 'quantcdn orchestrations wait --host' | 'quantcdn orchestrations wait --organisation' | 'quantcdn orchestrations wait --organization' | 'quantcdn orchestrations wait --token-file' | 'quantcdn mcp list --fields' | 'quantcdn mcp list --host' | 'quantcdn mcp list --organisation' | 'quantcdn mcp list --organization' | 'quantcdn mcp list --token-file' | 'quantcdn login --host' | 'quantcdn login --organisation' | 'quantcdn login --organization' | 'quantcdn login --token-file' | 'quantcdn demo --save' | 'quantcdn demo --speed' | 'quantcdn demo --host' | 'quantcdn demo --organisation' | 'quantcdn demo --organization' | 'quantcdn demo --token-file' | 'quantcdn emulator --port' | 'quantcdn emulator --token' | 'quantcdn emulator --wire' | 'quantcdn emulator --organisation' | 'quantcdn emulator --seed' | 'quantcdn emulator --speed' | 'quantcdn doctor --timeout' | 'quantcdn doctor --host' | 'quantcdn doctor --organisation' | 'quantcdn doctor --organization' | 'quantcdn doctor --token-file') option=$word ;;
            esac
        fi
    done
    if [[ $current == '=' ]]; then current=; fi
    COMPREPLY=()
    case "$command $option" in
    'quantcdn --token-file') paths=file ;;
    'quantcdn ') words='tools executions orchestrations mcp login config demo emulator doctor completion help' options='--help --version --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn tools ') words='list names show config' options='--help' ;;
    'quantcdn tools list --organisation' | 'quantcdn tools list --organization') candidates=tools ;;
    'quantcdn tools list --token-file') paths=file ;;
    'quantcdn tools list ') words='' options='--help --json --ndjson --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn tools names --organisation' | 'quantcdn tools names --organization') candidates=tools ;;
    'quantcdn tools names --token-file') paths=file ;;
    'quantcdn tools names ') words='' options='--help --json --ndjson --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn tools show --organisation' | 'quantcdn tools show --organization') candidates=tools ;;
    'quantcdn tools show --token-file') paths=file ;;
    'quantcdn tools show ') candidates=tools options='--help --json --ndjson --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn tools config --organisation' | 'quantcdn tools config --organization') candidates=tools ;;
    'quantcdn tools config --token-file') paths=file ;;
    'quantcdn tools config ') words='' options='--help --allow --auto-execute --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn executions ') words='list get wait watch save' options='--help' ;;
    'quantcdn executions list --status') words='pending running complete failed' ;;
    'quantcdn executions list --tool') candidates=tools ;;
    'quantcdn executions list --token-file') paths=file ;;
    'quantcdn executions list ') words='' options='--help --status --tool --since --limit --json --ndjson --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn executions get --token-file') paths=file ;;
    'quantcdn executions get ') candidates=executions options='--help --json --ndjson --result --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn executions wait --save') paths=directory ;;
    'quantcdn executions wait --token-file') paths=file ;;
    'quantcdn executions wait ') candidates=executions options='--help --timeout --interval --exit-status --save --json --ndjson --result --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn executions watch --log') paths=file ;;
    'quantcdn executions watch --status') words='pending running complete failed' ;;
    'quantcdn executions watch --tool') candidates=tools ;;
    'quantcdn executions watch --token-file') paths=file ;;
    'quantcdn executions watch ') words='' options='--help --since-start --log --status --tool --since --interval --timeout --ndjson --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn executions save --to') paths=directory ;;
    'quantcdn executions save --source') words='auto signed inline' ;;
    'quantcdn executions save --token-file') paths=file ;;
    'quantcdn executions save ') candidates=executions options='--help --to --files --source --overwrite --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn orchestrations ') words='get wait' options='--help' ;;
    'quantcdn orchestrations get --token-file') paths=file ;;
    'quantcdn orchestrations get ') candidates=orchestrations options='--help --json --ndjson --result --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn orchestrations wait --token-file') paths=file ;;
    'quantcdn orchestrations wait ') candidates=orchestrations options='--help --timeout --interval --exit-status --json --ndjson --result --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn mcp ') words='list' options='--help' ;;
    'quantcdn mcp list --token-file') paths=file ;;
    'quantcdn mcp list ') words='' options='--help --json --ndjson --fields --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn login --token-file') paths=file ;;
    'quantcdn login ') words='' options='--help --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn config ') words='path get set' options='--help' ;;
    'quantcdn config path ') words='' options='--help' ;;
    'quantcdn config get ') words='host organisation token' options='--help' ;;
    'quantcdn config set ') words='host organisation token' options='--help' ;;
    'quantcdn demo --save') paths=directory ;;
    'quantcdn demo --token-file') paths=file ;;
    'quantcdn demo ') words='' options='--help --save --speed --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn emulator --wire') words='4.9 4.19' ;;
    'quantcdn emulator ') words='' options='--help --port --token --wire --organisation --seed --speed' ;;
    'quantcdn doctor --token-file') paths=file ;;
    'quantcdn doctor ') words='' options='--help --timeout --json --host --emulator --organisation --token-file --verbose --quiet' ;;
    'quantcdn completion ') words='bash zsh fish powershell' options='--help' ;;
    'quantcdn help ') words='' options='--help' ;;
    esac
    if [[ -n $candidates && $current != -* ]]; then
        # compgen would expand words from outside as it does those of a command line.
        while read -r word; do
            if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
        done < <(command "${COMP_WORDS[0]}" __complete "$candidates" "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2> /dev/null)
    elif [[ -n $paths ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -A "$paths" -- "$current")
    else
        if [[ $current == -* || -z $words ]]; then words=$options; fi
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
}
complete -F _quantcdn quantcdn
