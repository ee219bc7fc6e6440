# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of podctl(1) for bash. tests/lint/check_manual.py compares its words with podctl --help.
# shellcheck shell=bash

# __podctl WORD...: podctl for a script: no headers, no questions, no complaints.
__podctl() { podctl --no-legend --no-ask-password "$@" 2>/dev/null; }

# __podctl_pods STATES: pods whose state matches the regular expression.
__podctl_pods() {
    local pod state
    __podctl list | while read -r pod state _; do
        [[ ! $state =~ ^($1)$ ]] || echo "$pod"
    done
}

# Apps of pods that run: the pod alone where it has only one.
__podctl_apps() {
    local pod state apps _
    __podctl list | while read -r pod state apps _; do
        [ "$state" = active ] || continue
        if [[ $apps = *,* ]]; then
            printf "$pod/%s\n" ${apps//,/ }
        else
            echo "$pod"
        fi
    done
}

# By name; by id once somebody begins to type one.
__podctl_images() {
    local id name
    __podctl --full image list | while read -r id name _; do
        case $1 in sha*) echo "$id" ;; *) echo "$name" ;; esac
    done
}

__podctl_keys() {
    local prefix fingerprint
    __podctl trust list | while read -r prefix fingerprint _; do
        echo "$fingerprint"
    done
}

__podctl_transfers() {
    local id
    __podctl list-transfers | while read -r id _; do
        echo "$id"
    done
}

# __podctl_wants_value OPTION: the next word belongs to it.
__podctl_wants_value() {
    [[ $1 =~ ^(-n|-E|--(lines|grace-period|fields|sort|order|pull-policy|ref|name|label|exec|user|group|working-directory|setenv|mount|port|isolator|format|owner|source-date-epoch|signature|prefix|json))$ ]]
}

# The verb among the words, also of two words: "image rm".
__podctl_verb() {
    local word verb='' skip=no
    for word; do
        if [ $skip = yes ]; then
            skip=no
        elif __podctl_wants_value "$word"; then
            skip=yes
        elif [[ $word != -* ]]; then
            if [[ $verb =~ ^(image|store|network)$ ]] || [[ "$verb $word" =~ ^trust\ (list|rm)$ ]]; then
                verb+=" $word"
            elif [ -z "$verb" ]; then
                verb=$word
            fi
        fi
    done
    echo "$verb"
}

_podctl() {
    local -A options=(
        [all]='-h --help --version --no-pager --no-legend --no-ask-password -q --quiet -l --full --json= -j'
        [status]='-n --lines='
        ['image verify']='--repair'
        ['store fsck']='--repair'
        ['image gc']='--grace-period='
        ['image list']='--fields= --sort= --order= --format='
        ['image export']='--overwrite'
        ['image extract']='--rootfs-only --overwrite'
        ['image render']='--rootfs-only --overwrite'
        [exec]='--privileged --user= -E --setenv= --working-directory='
        [enter]='--privileged --user= -E --setenv= --working-directory='
        [verify]='--strict --manifest-only'
        [fetch]='--pull-policy= --signature='
        [pull]='--pull-policy= --for-start'
        [start]='--pull-policy='
        [import]='--ref= --name= --label= --exec= --user= --group= --working-directory= -E --setenv= --mount= --port=
            --isolator= --signature='
        ['image create']='--name= --label= --exec= --user= --group= --working-directory= -E --setenv= --mount= --port= --isolator=
            --format= --owner= --source-date-epoch= --force'
        [trust]='--prefix= --root --skip-fingerprint-review'
        [trust list]='--prefix= --root'
        [trust rm]='--prefix= --root'
    )
    local words=() current previous verb replies=() files='' prefix
    # Words as podctl gets them: bash also breaks at "=" and ":", of which ids of images are made.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} != *[[:space:]] ]] || words+=('')
    current=${words[-1]} previous=${words[-2]}
    verb=$(__podctl_verb "${words[@]:1:${#words[@]}-2}")

    if [[ $previous = --@(json|format|pull-policy|order) ]]; then
        current=$previous=$current
    elif __podctl_wants_value "$previous"; then
        return
    fi
    case $current in
        --json=*) replies=(--json={short,pretty,off}) ;;
        --format=*)
            replies=(--format={aci,oci})
            [ "$verb" != 'image list' ] || replies=(--format={json,json-pretty})
            ;;
        --order=*) replies=(--order={asc,desc}) ;;
        --pull-policy=*) replies=(--pull-policy={missing,always,never}) ;;
        -*=*) return ;;
        -*)
            # shellcheck disable=SC2206
            replies=(${options[all]} ${options[${verb:-none}]-})
            ;;
        *)
            case $verb in
                '') replies=(list status start pull stop exec enter verify network fetch import image list-transfers cancel-transfer store trust) ;;
                image) replies=(create list rm verify export extract render history gc cat-manifest) ;;
                store) replies=(fsck) ;;
                network) replies=(list check) ;;
                status) mapfile -t replies < <(__podctl_pods '.*') ;;
                'network check') mapfile -t replies < <(__podctl_pods active) ;;
                stop) mapfile -t replies < <(__podctl_pods 'active|activating|deactivating|reloading') ;;
                exec | enter) mapfile -t replies < <(__podctl_apps) ;;
                pull)
                    mapfile -t replies < <(__podctl_pods '.*')
                    files='*.json'
                    ;;
                start)
                    mapfile -t replies < <(__podctl_pods 'inactive|failed')
                    files='*.json'
                    ;;
                verify) files='*.json' ;;
                import | 'image create') files='*' ;;
                'image extract' | 'image render')
                    mapfile -t replies < <(__podctl_images "$current")
                    files='*'
                    ;;
                'image rm' | 'image cat-manifest' | 'image verify' | 'image export' | 'image history') mapfile -t replies < <(__podctl_images "$current") ;;
                trust)
                    replies=(list rm)
                    files='*'
                    ;;
                cancel-transfer) mapfile -t replies < <(__podctl_transfers) ;;
                'trust rm') mapfile -t replies < <(__podctl_keys) ;;
            esac
            ;;
    esac

    mapfile -t COMPREPLY < <(compgen -W "${replies[*]}" -- "$current")
    if [ -n "$files" ]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(
            compgen -f -X "!$files" -- "$current"
            [ "$files" = '*' ] || compgen -d -- "$current"
        )
    fi
    # An option that wants a value goes on at once.
    [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
    # What stands before the last "=" or ":" is a word of its own for bash.
    prefix=${current%"${current##*[=:]}"}
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}

complete -F _podctl podctl
