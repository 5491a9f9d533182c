export interface Resource {
	readonly Type: string;
	readonly Properties?: Readonly<Record<string, unknown>>;
	readonly DependsOn?: string | readonly string[];
	readonly DeletionPolicy?: string;
}

export interface Template {
	readonly Resources: Readonly<Record<string, Resource>>;
	readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Scope {
	readonly region: string;
	readonly account: string;
	readonly stackName: string;
	/** Of resources that exist already. */
	ref(logicalId: string): string;
	attribute(logicalId: string, name: string): string;
}

/** A value with its intrinsic functions worked out. Functions this engine lacks are errors, not guesses. */
export function evaluate(value: unknown, scope: Scope): unknown {
	if (Array.isArray(value)) {
		return value.map((item) => evaluate(item, scope)).filter((item) => item !== undefined);
	}
	if (typeof value !== 'object' || value === null) return value;
	const [[key, argument] = [], ...more] = Object.entries(value);
	if (more.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
		return intrinsic(key, argument, scope);
	}
	return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, evaluate(item, scope)]));
}

function intrinsic(name: string, argument: unknown, scope: Scope): unknown {
	const list = () => evaluate(argument, scope) as [never, never];
	switch (name) {
		case 'Ref':
			return reference(String(argument), scope);
		case 'Fn::GetAtt': {
			const [id, ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
			return scope.attribute(id ?? '', attribute.join('.'));
		}
		case 'Fn::Join': {
			const [separator, parts] = list() as unknown as [string, unknown[]];
			return parts.join(separator);
		}
		case 'Fn::Split': {
			const [separator, text] = list() as unknown as [string, string];
			return text.split(separator);
		}
		case 'Fn::Select': {
			const [index, items] = list() as unknown as [number | string, unknown[]];
			return items[Number(index)];
		}
		case 'Fn::GetAZs':
			return ['a', 'b', 'c'].map((zone) => `${scope.region}${zone}`);
		case 'Fn::Sub':
			if (typeof argument !== 'string') throw new Error('Fn::Sub with variables is not emulated');
			return argument.replaceAll(/\$\{([^!}]+)\}/g, (_all, inner: string) =>
				inner.includes('.') && !inner.startsWith('AWS::')
					? scope.attribute(inner.slice(0, inner.indexOf('.')), inner.slice(inner.indexOf('.') + 1))
					: String(reference(inner, scope)),
			);
		default:
			throw new Error(`${name} is not emulated`);
	}
}

function reference(id: string, scope: Scope): string | undefined {
	switch (id) {
		case 'AWS::Region':
			return scope.region;
		case 'AWS::AccountId':
			return scope.account;
		case 'AWS::StackName':
			return scope.stackName;
		case 'AWS::Partition':
			return 'aws';
		case 'AWS::URLSuffix':
			return 'amazonaws.com';
		case 'AWS::NoValue':
			return undefined;
		default:
			return scope.ref(id);
	}
}

/** Logical ids with everything they need before them. */
export function creationOrder(template: Template): string[] {
	const order: string[] = [];
	const visit = (id: string, path: readonly string[]) => {
		if (order.includes(id)) return;
		if (path.includes(id)) throw new Error(`Circular dependency: ${[...path, id].join(' → ')}`);
		const resource = template.Resources[id];
		if (!resource) return;
		for (const needed of [...[resource.DependsOn ?? []].flat(), ...referencesIn(resource.Properties)]) {
			visit(needed, [...path, id]);
		}
		order.push(id);
	};
	for (const id of Object.keys(template.Resources)) visit(id, []);
	return order;
}

function referencesIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(referencesIn);
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, argument]) => {
		if (key === 'Ref') return [String(argument)];
		if (key === 'Fn::GetAtt') return [Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0]!];
		if (key === 'Fn::Sub' && typeof argument === 'string') {
			return [...argument.matchAll(/\$\{([^!}.]+)/g)].map(([, id]) => id!);
		}
		return referencesIn(argument);
	});
}
