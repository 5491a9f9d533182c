/** A template's `serializedConfig`: JSON whose shape is Railway's; only what is named here is touched. */
export interface TemplateConfig {
	readonly services: Readonly<Record<string, TemplateService>>;
	readonly [key: string]: unknown;
}

interface TemplateService {
	readonly name: string;
	readonly variables?: Readonly<Record<string, TemplateVariable | null>> | null;
	readonly [key: string]: unknown;
}

interface TemplateVariable {
	readonly value?: string | null;
	readonly defaultValue?: string | null;
	readonly [key: string]: unknown;
}

/**
 * Renames services, with the `${{service.NAME}}` references to them, leaves some out with the variables that refer to
 * them, and fills in default values as the dashboard would.
 */
export function adaptTemplate(
	config: TemplateConfig,
	names: Readonly<Record<string, string>>,
	omit: readonly string[],
): TemplateConfig {
	const services = Object.entries(config.services)
		.filter(([, service]) => !omit.includes(service.name))
		.map(([id, service]) => [
			id,
			{
				...service,
				name: names[service.name] ?? service.name,
				...(service.variables ? { variables: adaptVariables(service.variables, names, omit) } : {}),
			},
		]);
	return { ...config, services: Object.fromEntries(services) };
}

/** Template service names that are expected but not there. */
export function missingServices(config: TemplateConfig, expected: readonly string[]): readonly string[] {
	const present = new Set(Object.values(config.services).map((service) => service.name));
	return expected.filter((name) => !present.has(name)).sort();
}

function adaptVariables(
	variables: Readonly<Record<string, TemplateVariable | null>>,
	names: Readonly<Record<string, string>>,
	omit: readonly string[],
): Record<string, TemplateVariable | null> {
	const result: Record<string, TemplateVariable | null> = {};
	for (const [name, variable] of Object.entries(variables)) {
		const text = variable?.value ?? variable?.defaultValue;
		if (text === undefined || text === null) {
			result[name] = variable;
		} else if (!referencedServices(text).some((service) => omit.includes(service))) {
			result[name] = { ...variable, value: renameReferences(text, names) };
		}
	}
	return result;
}

const REFERENCE = /\$\{\{\s*([^.{}]+?)\s*\.\s*([^{}]+?)\s*\}\}/g;

function referencedServices(text: string): readonly string[] {
	return [...text.matchAll(REFERENCE)].map((match) => match[1] ?? '');
}

function renameReferences(text: string, names: Readonly<Record<string, string>>): string {
	return text.replace(REFERENCE, (whole, service: string, variable: string) =>
		names[service] === undefined ? whole : `\${{${names[service]}.${variable}}}`,
	);
}
