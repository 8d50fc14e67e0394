const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{isProvenanceType}from"./predicate-types.shared.js";import{fresh}from"./fresh.shared.js";import{ruleSetting}from"./settings.shared.js";import{headerComment}from"./export-target.shared.js";import{BUILT_ROLES,compare,openStatements,roleLimits,verifiedReferences}from"./verified-references.shared.js";import"./digest.shared.js";import{durationMilliseconds}from"./strictness.shared.js";import"./zod-iso.shared.js";import"./zod-schemas.shared.js";import"./without-evidence.shared.js";import"./words.shared.js";import{groupBy,optionalField,repositoryName}from"./cli-definitions.shared.js";function buildxEvidence(verified,policy){let images=[...new Set(verified.flatMap(one=>one.images))],enforced=new Set(verified.flatMap(one=>[...one.enforced])),signers=(enforced.has("provenance-attested")||enforced.has("sbom-attested"))&&policy.trustedRoot===void 0?ofEach(images,signersOf):[],builders=enforced.has("provenance-attested")?ofEach(images,buildersOf):[],users=enforced.has("non-root")?ofEach(images,usersOf):[],staleAt=enforced.has("fresh")?staleTime(images,verified,policy):void 0;return{...users.length===0?{}:{users},...signers.length===0?{}:{signers},...builders.length===0?{}:{builders},...staleAt===void 0?{}:{staleAt}}}function ofEach(images,read){let each=images.map(read);return each.some(values=>values.length===0)?[]:[...new Map(each.flat().map(value=>[JSON.stringify(value),value]))].toSorted(([a],[b])=>compare(a,b)).map(([,value])=>value)}function usersOf({evidence:{image}}){return image?.status==="present"&&image.value.configuration.user!==""?[image.value.configuration.user]:[]}function signersOf({evidence:{statements}}){return statements?.status!=="present"?[]:statements.value.verified.filter(isReadByBuildx).flatMap(({signer})=>{if(signer.kind!=="keyless")return[];let{issuer,subject,sourceRepository:source}=signer;return[{issuer,subject,...source===void 0?{}:{source}}]})}function isReadByBuildx({form,namesImage,predicateType,logged}){return form==="signed manifest"&&namesImage===!0&&isProvenanceType(predicateType)&&logged.length>0}function buildersOf({evidence:{image,provenance}}){if(image?.status!=="present"||provenance?.status!=="present")return[];let{index,manifestDigest}=image.value,manifests=(index?.manifests??[]).filter(({annotations})=>annotations?.["vnd.docker.reference.digest"]===manifestDigest);return provenance.value.all.filter(({place})=>manifests.some(({digest})=>place.endsWith(`@${digest}`))).flatMap(({provenance:{builder}})=>builder??[])}function staleTime(images,verified,policy){let ages=[...new Set(verified.flatMap(one=>one.roles))].flatMap(role=>{let{level,options}=ruleSetting(policy,fresh,role),read=fresh.options.safeParse(options);return level==="error"&&read.success?[durationMilliseconds(read.data.maxAge)]:[]}),times=images.flatMap(({evidence:{timestamps}})=>timestamps?.status==="present"&&timestamps.value.chosen!==null?[Date.parse(timestamps.value.chosen.at)]:[]);return ages.length===0||times.length===0?void 0:Math.min(...times)+Math.min(...ages)}var buildx={name:"buildx",title:"buildx build policy (Rego)",render:input=>{let{verified,left}=verifiedReferences(input.report,BUILT_ROLES),limits=roleLimits(verified);return{files:{"Dockerfile.rego":`${headerComment(input,limits)}
${RULES}
${imagesData(verified,input.policy)}`},allowed:verified.length,stated:[...left.map(({name,reason})=>`${name} is denied: ${reason}`),...openStatements(verified),...limits]}}},RULES=`package docker

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
	runs_as_verified(entry)
	signed_as_verified(entry)
	built_as_verified(entry)
}

# No digest is written: the tag is pinned to the one that was verified, and buildx asks again with the digest.
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

# What buildx reads of the image itself, where a rule needs it. The policy asks for nothing where none does.
runs_as_verified(entry) if not entry.users

runs_as_verified(entry) if input.image.user in entry.users

signed_as_verified(entry) if not entry.signers

signed_as_verified(entry) if {
	some signer in entry.signers
	some signature in input.image.signatures
	signature.signer.issuer == signer.issuer
	signature.signer.subjectAlternativeName == signer.subject
	ran_for(signature.signer, signer)
}

ran_for(_, signer) if not signer.source

ran_for(certificate, signer) if certificate.sourceRepositoryURI == signer.source

built_as_verified(entry) if not entry.builders

built_as_verified(entry) if input.image.provenance.builderID in entry.builders

deny_msg contains msg if {
	not allow
	msg := sprintf("base-image-gate did not verify %s for %s, or what it verified no longer holds", [
		object.get(input, ["image", "ref"], "this source"),
		object.get(input, ["image", "platform"], "this platform"),
	])
}
`;function imagesData(verified,policy){return`images := {
${[...groupBy(verified,({reference})=>repositoryName(reference))].map(([name,ofName])=>{let entries=[...groupBy(ofName,({digest})=>digest)].map(([digest,all])=>`		${JSON.stringify(digest)}: ${entryText(entryOf(all,policy))},
`);return`	${JSON.stringify(name)}: {
${entries.join("")}	},
`}).join("")}}
`}function entryOf(all,policy){let sorted=list=>[...new Set(list)].sort(compare),tags=({reference})=>reference.tag??[],{staleAt,...evidence}=buildxEvidence(all,policy),ends=all.flatMap(({until:until2})=>until2===void 0?[]:[Date.parse(`${until2}T00:00:00Z`)+DAY_MS]),until=Math.min(...ends,staleAt??Number.POSITIVE_INFINITY);return{tags:sorted(all.flatMap(tags)),pins:sorted(all.filter(({reference})=>reference.digest===void 0).flatMap(tags)),platforms:sorted(all.flatMap(({platforms})=>platforms.flatMap(spellings))),...optionalField("until",Number.isFinite(until)?until:void 0),...evidence}}function spellings(platform){let[,architecture,variant]=platform.split("/");return variant!==void 0?[platform]:architecture==="arm64"?[platform,`${platform}/v8`]:architecture==="amd64"?[platform,`${platform}/v1`]:[platform]}var DAY_MS=864e5;function entryText({until,...lists}){let fields=Object.entries(lists).map(([name,list])=>`${JSON.stringify(name)}: ${JSON.stringify(list)}`);return until!==void 0&&fields.push(`"until_ns": ${until}000000`),`{${fields.join(", ")}}`}export{buildx};
