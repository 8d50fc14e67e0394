import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{headerComment}from"./export-target.shared.js";import{BUILT_ROLES,compare,verifiedReferences}from"./verified-references.shared.js";import"./digest.shared.js";import{groupBy,repositoryName}from"./cli-definitions.shared.js";import"./runtime.shared.js";var buildx={name:"buildx",title:"buildx build policy (Rego)",render:input=>{let{verified,left}=verifiedReferences(input.report,BUILT_ROLES);return{files:{"Dockerfile.rego":`${headerComment(input)}
${RULES}
${imagesData(verified)}`},allowed:verified.length,stated:left.map(({name,reason})=>`${name} is denied: ${reason}`)}}},RULES=`package docker

decision := {"allow": allow, "deny_msg": deny_msg}

default allow := false

allow if input.local

allow if input.http

allow if input.git

# A digest is written: it is the one that was verified, under a tag that was.
allow if {
	input.image.isCanonical
	entry := images[input.image.fullRepo][input.image.checksum]
	names_tag(entry)
	holds(entry)
}

# No digest is written: the tag is pinned to the one that was verified.
allow if {
	not input.image.isCanonical
	some digest, entry in images[input.image.fullRepo]
	input.image.tag in entry.pins
	holds(entry)
	pin_image(input.image, digest)
}

names_tag(_) if not input.image.tag

names_tag(entry) if input.image.tag in entry.tags

holds(entry) if {
	input.image.platform in entry.platforms
	not ended(entry)
}

ended(entry) if time.now_ns() >= entry.until_ns

deny_msg contains msg if {
	not allow
	msg := sprintf("base-image-gate did not verify %s for %s, or its verification has expired", [
		object.get(input, ["image", "ref"], "this source"),
		object.get(input, ["image", "platform"], "this platform"),
	])
}
`;function imagesData(verified){return`images := {
${[...groupBy(verified,({reference})=>repositoryName(reference))].map(([name,ofName])=>{let entries=[...groupBy(ofName,({digest})=>digest)].map(([digest,all])=>`		${JSON.stringify(digest)}: ${entryText(entryOf(all))},
`);return`	${JSON.stringify(name)}: {
${entries.join("")}	},
`}).join("")}}
`}function entryOf(all){let sorted=list=>[...new Set(list)].sort(compare),tags=({reference})=>reference.tag??[],[until]=sorted(all.flatMap(one=>one.until??[]));return{tags:sorted(all.flatMap(tags)),pins:sorted(all.filter(({reference})=>reference.digest===void 0).flatMap(tags)),platforms:sorted(all.flatMap(({platforms})=>platforms.flatMap(spellings))),...until===void 0?{}:{until}}}function spellings(platform){let[,architecture,variant]=platform.split("/");return variant!==void 0?[platform]:architecture==="arm64"?[platform,`${platform}/v8`]:architecture==="amd64"?[platform,`${platform}/v1`]:[platform]}var DAY_MS=864e5;function entryText({tags,pins,platforms,until}){return`{${[`"tags": ${JSON.stringify(tags)}`,`"pins": ${JSON.stringify(pins)}`,`"platforms": ${JSON.stringify(platforms)}`,...until===void 0?[]:[`"until_ns": ${Date.parse(`${until}T00:00:00Z`)+DAY_MS}000000`]].join(", ")}}`}export{buildx};
