#compdef quantcdn
# zsh completion for quantcdn, written by docs/tools/completions.py from its parser
_quantcdn_candidates() {
    local -a candidates=(${(f)"$(command quantcdn __complete $1 ${words[2,CURRENT-1]} 2> /dev/null)"})
    compadd -a candidates
}
_quantcdn() {
    local context state state_descr line
    typeset -A opt_args
    local -a commands=('tools:what an organisation'\''s tools are, do and take' 'executions:list, wait for, watch and save executions' 'orchestrations:show and wait for orchestrations of several tools' 'mcp:list the MCP servers of an organisation' 'login:try an access token and keep it in the config file' 'config:show and change the config file' 'demo:show the whole client in some seconds' 'emulator:run the local service until Ctrl-C' 'doctor:check settings, network and token, and say what to do' 'completion:write the completion script of a shell' 'help:show the help of a command')
    _arguments -C \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--version[show program'\''s version number and exit]' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '1: :->command' \
        '*:: :->arguments' && return
    case $state in
    command) _describe -t commands command commands ;;
    arguments)
        case $line[1] in
        tools) _quantcdn_tools ;;
        executions) _quantcdn_executions ;;
        orchestrations) _quantcdn_orchestrations ;;
        mcp) _quantcdn_mcp ;;
        login) _quantcdn_login ;;
        config) _quantcdn_config ;;
        demo) _quantcdn_demo ;;
        emulator) _quantcdn_emulator ;;
        doctor) _quantcdn_doctor ;;
        completion) _quantcdn_completion ;;
        help) _quantcdn_help ;;
        esac ;;
    esac
}
_quantcdn_tools() {
    local context state state_descr line
    typeset -A opt_args
    local -a commands=('list:list the tools' 'names:list the names alone, which is a smaller response' 'show:show one tool and its arguments' 'config:write the block toolConfig of a chat request')
    _arguments -C \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1: :->command' \
        '*:: :->arguments' && return
    case $state in
    command) _describe -t commands command commands ;;
    arguments)
        case $line[1] in
        list) _quantcdn_tools_list ;;
        names) _quantcdn_tools_names ;;
        show) _quantcdn_tools_show ;;
        config) _quantcdn_tools_config ;;
        esac ;;
    esac
}
_quantcdn_tools_list() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--fields=[only these fields (piped, without this\: name,takes,description)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_tools_names() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--fields=[only these fields (piped, without this\: name)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_tools_show() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--fields=[only these fields (piped, without this\: name,takes,description)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '1:NAME: _quantcdn_candidates tools'
}
_quantcdn_tools_config() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--allow=[the names of the tools that the service may run by itself]:A,B:_message A,B' \
        '--auto-execute[let the service run them; this needs --allow]' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME: _quantcdn_candidates tools' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_executions() {
    local context state state_descr line
    typeset -A opt_args
    local -a commands=('list:list the executions of the last 24 hours' 'get:show one execution and its result' 'wait:wait until executions have finished' 'watch:follow new and changed executions live' 'save:save the images or all files of executions')
    _arguments -C \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1: :->command' \
        '*:: :->arguments' && return
    case $state in
    command) _describe -t commands command commands ;;
    arguments)
        case $line[1] in
        list) _quantcdn_executions_list ;;
        get) _quantcdn_executions_get ;;
        wait) _quantcdn_executions_wait ;;
        watch) _quantcdn_executions_watch ;;
        save) _quantcdn_executions_save ;;
        esac ;;
    esac
}
_quantcdn_executions_list() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--status=[only executions of this status]:STATUS:(pending running complete failed)' \
        '--tool=[only executions of this tool]:TOOL: _quantcdn_candidates tools' \
        '--since=[only those created within this time, such as 2h]:TIME:_message TIME' \
        '--limit=[how many at most, 1 to 100 (else 50)]:N:_message N' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--fields=[only these fields (piped, without this\: executionId,toolName,status,createdAt,completedAt; there are age and duration too, in seconds)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_executions_get() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--result[the result alone\: text as it is, all else as JSON]' \
        '--fields=[only these fields (piped, without this\: executionId,toolName,status,createdAt,startedAt,completedAt,duration,error,result; there are age too, in seconds)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '1:ID: _quantcdn_candidates executions'
}
_quantcdn_executions_wait() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--timeout=[the limit, such as 90, 5m, 2h or none; 0 polls once (default\: 300)]:TIME:_message TIME' \
        '--interval=[the poll interval (default\: 2)]:TIME:_message TIME' \
        '--exit-status[end with 5 where one has failed]' \
        '--save=[save the images there; it is made if need be]:DIR:_files -/' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--result[the result alone\: text as it is, all else as JSON]' \
        '--fields=[only these fields (piped, without this\: executionId,toolName,status,createdAt,startedAt,completedAt,duration,error,result; there are age too, in seconds)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '*:ID: _quantcdn_candidates executions'
}
_quantcdn_executions_watch() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--since-start[leave out what the first poll shows]' \
        '--log=[append all, in any case, to this file of JSON lines]:FILE:_files' \
        '--status=[only changes to this status]:STATUS:(pending running complete failed)' \
        '--tool=[only executions of this tool]:TOOL: _quantcdn_candidates tools' \
        '--since=[only those created within this time, such as 2h]:TIME:_message TIME' \
        '--interval=[the poll interval (default\: 2)]:TIME:_message TIME' \
        '--timeout=[end after this time, such as 90, 5m or 2h]:TIME:_message TIME' \
        '--ndjson[one JSON object a line]' \
        '--fields=[only these fields (piped, without this\: executionId,toolName,status,createdAt,completedAt; there are age and duration too, in seconds)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_executions_save() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--to=[where they go (default\: here)]:DIR:_files -/' \
        '--files[save files of any kind that the results link or hold]' \
        '--source=[signed\: the originals; inline\: the smaller ones in the response; auto, the default\: whichever is there]:SOURCE:(auto signed inline)' \
        '--overwrite[replace files that exist, which are kept otherwise]' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '*:ID: _quantcdn_candidates executions'
}
_quantcdn_orchestrations() {
    local context state state_descr line
    typeset -A opt_args
    local -a commands=('get:show one orchestration and its answer' 'wait:wait until orchestrations have finished')
    _arguments -C \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1: :->command' \
        '*:: :->arguments' && return
    case $state in
    command) _describe -t commands command commands ;;
    arguments)
        case $line[1] in
        get) _quantcdn_orchestrations_get ;;
        wait) _quantcdn_orchestrations_wait ;;
        esac ;;
    esac
}
_quantcdn_orchestrations_get() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--result[the result alone\: text as it is, all else as JSON]' \
        '--fields=[only these fields (piped, without this\: orchestrationId,status,completedTools,toolCount,createdAt,completedAt,duration,error,answer; there are age too, in seconds)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '1:ID: _quantcdn_candidates orchestrations'
}
_quantcdn_orchestrations_wait() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--timeout=[the limit, such as 90, 5m, 2h or none; 0 polls once (default\: 600)]:TIME:_message TIME' \
        '--interval=[the poll interval (default\: 2)]:TIME:_message TIME' \
        '--exit-status[end with 5 where one has failed]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--result[the result alone\: text as it is, all else as JSON]' \
        '--fields=[only these fields (piped, without this\: orchestrationId,status,completedTools,toolCount,createdAt,completedAt,duration,error,answer; there are age too, in seconds)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]' \
        '*:ID: _quantcdn_candidates orchestrations'
}
_quantcdn_mcp() {
    local context state state_descr line
    typeset -A opt_args
    local -a commands=('list:list the MCP servers')
    _arguments -C \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1: :->command' \
        '*:: :->arguments' && return
    case $state in
    command) _describe -t commands command commands ;;
    arguments)
        case $line[1] in
        list) _quantcdn_mcp_list ;;
        esac ;;
    esac
}
_quantcdn_mcp_list() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--json[the response as it came]' \
        '--ndjson[one JSON object a line]' \
        '--fields=[only these fields (piped, without this\: serverName,displayName,enabled,url,toolAllowlist)]:A,B:_message A,B' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_login() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_config() {
    local context state state_descr line
    typeset -A opt_args
    local -a commands=('path:write the path of the config file' 'get:write what the config file says, but never a token' 'set:change a setting in the config file')
    _arguments -C \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1: :->command' \
        '*:: :->arguments' && return
    case $state in
    command) _describe -t commands command commands ;;
    arguments)
        case $line[1] in
        path) _quantcdn_config_path ;;
        get) _quantcdn_config_get ;;
        set) _quantcdn_config_set ;;
        esac ;;
    esac
}
_quantcdn_config_path() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]'
}
_quantcdn_config_get() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1:NAME:(host organisation token)'
}
_quantcdn_config_set() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1:NAME:(host organisation token)' \
        '2:VALUE:_message VALUE'
}
_quantcdn_demo() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--save=[where the image goes]:DIR:_files -/' \
        '--speed=[of the local service'\''s clock (4)]:SPEED:_message SPEED' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_emulator() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--port=[the port; 0, the default, takes a free one]:N:_message N' \
        '--token=[the token that requests must carry; one is made if none is given]:T:_message T' \
        '--wire=[the version to speak (default\: 4.19)]:WIRE:(4.9 4.19)' \
        '--organisation=[the only organisation; any is accepted if none is given]:X:_message X' \
        '--seed=[what identifiers, images and the token follow from (default\: 0)]:N:_message N' \
        '--speed=[how fast its clock runs (default\: 1)]:F:_message F'
}
_quantcdn_doctor() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '--timeout=[the limit of each step (default\: 10)]:SECONDS:_message SECONDS' \
        '--json[print one JSON array in place of lines]' \
        '--host=[the service (else QUANTCDN_HOST, else the public cloud)]:URL:_message URL' \
        '--emulator[a local service with examples; needs no account]' \
        '(--organisation --organization)--organisation=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '(--organisation --organization)--organization=[the organisation (else QUANTCDN_ORGANIZATION)]:NAME:_message NAME' \
        '--token-file=[holds the access token; - reads a line of stdin (else QUANTCDN_API_TOKEN)]:FILE:_files' \
        '(-v --verbose)-v[log every request to stderr]' \
        '(-v --verbose)--verbose[log every request to stderr]' \
        '(-q --quiet)-q[say nothing on stderr but errors]' \
        '(-q --quiet)--quiet[say nothing on stderr but errors]'
}
_quantcdn_completion() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '1:SHELL:(bash zsh fish powershell)'
}
_quantcdn_help() {
    _arguments \
        '(-h --help)-h[show this help message and exit]' \
        '(-h --help)--help[show this help message and exit]' \
        '*:COMMAND:_message COMMAND'
}
if [[ $funcstack[1] == _quantcdn ]]; then
    _quantcdn "$@" # found on fpath, this file is the function's body
else
    compdef _quantcdn quantcdn
fi
