const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{COMMANDS,COMPLETION,SHELLS,defineCommand}from"./cli-definitions.shared.js";function completionScript(shell,commands){return{bash,zsh,fish}[shell](commands)}var PROGRAM="base-image-gate";function firstWords(commands){let words=new Map;for(let{name,summary}of commands){let[first=""]=name.split(" ");words.has(first)||words.set(first,name.includes(" ")?"work on a policy file":summary)}return[...words,["help","show the help of a command"],["--version","show the version"]]}function secondWords(commands){let groups=new Map;for(let definition of commands){let[first="",second]=definition.name.split(" ");second!==void 0&&groups.set(first,[...groups.get(first)??[],definition])}return groups}function ofTwoWords(commands){return commands.flatMap(({name})=>name.includes(" ")?[`'${name}'`]:[]).join("|")}function choicesOf({choices,value}){if(choices!==void 0)return choices;let words=value?.split("|")??[];return words.length>1&&words.every(word=>/^[a-z][a-z0-9-]*$/.test(word))?words:[]}var flagsOf=({flags})=>[...Object.entries(flags),["help",{type:"boolean",help:"show the help"}]];function bash(commands){let chosen=commands.flatMap(({name,flags})=>Object.entries(flags).flatMap(([flag,definition])=>{let words=choicesOf(definition);return words.length===0?[]:[`    '${name} --${flag}') words='${words.join(" ")}' ;;`]})),valued=[...new Set(commands.flatMap(({flags})=>Object.entries(flags).filter(([,flag])=>flag.type==="string").map(([name])=>`--${name}`)))],seconds=[...[...secondWords(commands)].map(([first,definitions])=>`      ${first}) words='${definitions.map(({name})=>name.split(" ")[1]).join(" ")}' ;;`),`      completion) words='${SHELLS.join(" ")}' ;;`];return`# bash completion of ${PROGRAM}
_base_image_gate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=''
  case "$command \${COMP_WORDS[2]}" in ${ofTwoWords(commands)}) command="$command \${COMP_WORDS[2]}" ;; esac
  COMPREPLY=()
  case "$command $prev" in
${chosen.join(`
`)}
  esac
  if [[ -z $words ]]; then
    case $prev in ${valued.join("|")}) return ;; esac
    if [[ $COMP_CWORD -eq 1 ]]; then
      words='${firstWords(commands).map(([word])=>word).join(" ")}'
    elif [[ $COMP_CWORD -eq 2 && $cur != -* ]]; then
      case \${COMP_WORDS[1]} in
${seconds.join(`
`)}
      esac
    elif [[ $cur == -* ]]; then
      case $command in
${commands.map(definition=>`      '${definition.name}') words='${flagsOf(definition).map(([name])=>`--${name}`).join(" ")}' ;;`).join(`
`)}
      esac
    fi
  fi
  if [[ -n $words ]]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"); fi
}
complete -o default -F _base_image_gate ${PROGRAM}
`}var quoted=text=>`'${text.replaceAll("'","'\\''")}'`;function zsh(commands){let described=(word,summary)=>quoted(`${word.replaceAll(":","\\:")}:${summary}`),spec=([name,flag])=>{let help=flag.help.replace(/[[\]:\\]/g,"\\$&"),words=choicesOf(flag),value=flag.type==="boolean"?"":`:${(flag.value??"").replace(/[:\\]/g,"\\$&")}:${words.length>0?`(${words.join(" ")})`:"_files"}`;return quoted(`${flag.multiple===!0?"*":""}--${name}[${help}]${value}`)},cases=commands.map(definition=>`    ${quoted(definition.name)}) _arguments ${flagsOf(definition).map(spec).join(" ")} ${definition.name==="completion"?`'*:shell:(${SHELLS.join(" ")})'`:"'*:file:_files'"} ;;`),groups=[...secondWords(commands)].map(([first,definitions])=>`    ${first}) described=(${definitions.map(({name,summary})=>described(name.split(" ")[1]??"",summary)).join(" ")}) ;;`);return`#compdef ${PROGRAM}
_base_image_gate() {
  local command=$words[2] skip=1
  local -a described
  if (( CURRENT == 2 )); then
    described=(${firstWords(commands).map(([word,summary])=>described(word,summary)).join(" ")})
    _describe command described
    return
  fi
  if (( CURRENT == 3 )) && [[ $words[3] != -* ]]; then
    case $command in
${groups.join(`
`)}
    esac
    if (( $#described )); then
      _describe command described
      return
    fi
  fi
  case "$command $words[3]" in ${ofTwoWords(commands)}) command="$command $words[3]" skip=2 ;; esac
  words=("\${(@)words[1 + skip,-1]}")
  (( CURRENT -= skip ))
  case $command in
${cases.join(`
`)}
  esac
}
_base_image_gate "$@"
`}function fish(commands){let lines=firstWords(commands).map(([word,summary])=>`complete -c ${PROGRAM} -n __fish_use_subcommand -f -a ${quoted(word)} -d ${quoted(summary)}`);for(let[first,definitions]of secondWords(commands)){let seconds=definitions.map(({name})=>name.split(" ")[1]??"");for(let{name,summary}of definitions){let condition=`__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${seconds.join(" ")}`;lines.push(`complete -c ${PROGRAM} -n ${quoted(condition)} -f -a ${quoted(name.split(" ")[1]??"")} -d ${quoted(summary)}`)}}for(let definition of commands){let{name:command}=definition,others=(secondWords(commands).get(command)??[]).map(({name})=>name.split(" ")[1]),condition=[...command.split(" ").map(word=>`__fish_seen_subcommand_from ${word}`),...others.length>0?[`not __fish_seen_subcommand_from ${others.join(" ")}`]:[]].join("; and ");for(let[name,flag]of flagsOf(definition)){let words=choicesOf(flag),value=flag.type==="boolean"?"":words.length>0?` -x -a ${quoted(words.join(" "))}`:" -r";lines.push(`complete -c ${PROGRAM} -n ${quoted(condition)} -l ${name}${value} -d ${quoted(flag.help)}`)}}return lines.push(`complete -c ${PROGRAM} -n '__fish_seen_subcommand_from completion' -f -a '${SHELLS.join(" ")}'`),`# fish completion of ${PROGRAM}
${lines.join(`
`)}
`}var completion=defineCommand(COMPLETION,({positionals,io,wrong})=>{let shell=SHELLS.find(known=>known===positionals[0]);return shell===void 0?wrong(`"${positionals[0]??""}" is no shell; expected ${SHELLS.join(", ")}.`):(io.stdout(completionScript(shell,COMMANDS)),0)});export{completion};
