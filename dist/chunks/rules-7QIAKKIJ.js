import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readArguments}from"./chunk-XNRMYDZP.js";import{rules}from"./chunk-JXYYWELO.js";import"./chunk-2J4CJWSZ.js";import{padded,paint}from"./chunk-BZ7ZXFR3.js";import"./chunk-DBZJI6HO.js";import"./chunk-UWQM3TQG.js";import"./chunk-CS4PWQJS.js";import"./chunk-ITXIXLUB.js";import"./chunk-WZI2GGRH.js";import"./chunk-KG5HXRC4.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";function rulesText(rules2,options){let{bold,dim}=paint(options.color),width=Math.max(0,...rules2.map(rule=>rule.id.length));return`${[...rules2.map(rule=>`${bold(padded(rule.id,width))}  ${rule.question}`),"",dim("One rule in full: base-image-gate rules ID")].join(`
`)}
`}function ruleText(rule,options){let{bold,dim}=paint(options.color),levels=Object.entries(rule.presets).map(([profile,{level}])=>`${profile} ${level}`);return`${[`${bold(rule.id)}: ${rule.title}`,rule.question,"",rule.why,"",bold("What to do"),rule.mend,"",dim(`Asked of: ${askedOf(rule)}`),dim(`Levels: ${levels.join(", ")}`),...rule.controls.length===0?[]:[dim(`Gives evidence toward NIST SP 800-53: ${rule.controls.join(", ")}`)]].join(`
`)}
`}var SUBJECTS={file:"every build file",use:"every image use of role",image:"the image behind every use of role",change:"the change as a whole"};function askedOf(rule){let about=SUBJECTS[rule.subject];return rule.subject==="file"||rule.subject==="change"?about:`${about} ${rule.roles.join(", ")}`}var USAGE=`Usage: base-image-gate rules [ID]

Lists the rules with their levels in each profile, or explains one.
`,rulesCommand=async(args,io)=>{let parsed=readArguments(args,{help:{type:"boolean",short:"h"}},1);if(!parsed.ok)return io.stderr(`rules: ${parsed.error}

${USAGE}`),3;let{values,positionals}=parsed.value;if(values.help===!0)return io.stdout(USAGE),0;let[id]=positionals;if(id===void 0)return io.stdout(rulesText(rules,{color:io.colour})),0;let rule=rules.find(candidate=>candidate.id===id);return rule===void 0?(io.stderr(`rules: There is no rule "${id}". The rules are: ${rules.map(known=>known.id).join(", ")}.
`),3):(io.stdout(ruleText(rule,{color:io.colour})),0)};export{rulesCommand};
