/**
 * What of graphql-js checks documents. `bundle-graphql.mjs` puts it into the built file: `doctor` alone needs it, and every app
 * that imports the plugin would have to carry the whole package.
 */
export {
	buildClientSchema,
	getNamedType,
	isInputObjectType,
	isRequiredInputField,
	NoDeprecatedCustomRule,
	parse,
	specifiedRules,
	TypeInfo,
	validate,
	visit,
	visitWithTypeInfo,
} from 'graphql';
