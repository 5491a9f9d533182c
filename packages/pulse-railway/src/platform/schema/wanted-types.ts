import type { DocumentNode } from 'graphql';
import { getNamedType, TypeInfo, visit, visitWithTypeInfo } from './graphql-js.ts';
import { type LiveTypes, partialSchema, type Roots } from './partial-schema.ts';

/** The types that a document comes upon by what is known, and that are to be read next. */
export function wantedTypes(roots: Roots, types: LiveTypes, documents: readonly DocumentNode[]): readonly string[] {
	const wanted = new Set([roots.query, roots.mutation]);
	if (types.size > 0) {
		const info = new TypeInfo(partialSchema(roots, types));
		for (const document of documents) {
			visit(
				document,
				visitWithTypeInfo(info, {
					NamedType: ({ name }) => void wanted.add(name.value),
					Field: () => {
						const type = getNamedType(info.getType());
						if (type) wanted.add(type.name);
					},
					// A value of an enum that stands in the document itself.
					EnumValue: () => {
						const type = getNamedType(info.getInputType());
						if (type) wanted.add(type.name);
					},
				}),
			);
		}
	}
	return [...wanted].filter((name) => !types.has(name) && !BUILT_IN.has(name));
}

const BUILT_IN = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);
