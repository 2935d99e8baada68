/** promptd-mcp for the chat of the editor, where the editor can be told of servers. */
import * as vscode from 'vscode';
import type { Environment } from './agent/endpoint';
import { findProgram } from './programs';

/** As in package.json. */
const ID = 'promptd.library';

export interface McpSettings {
	readonly offered: boolean;
	readonly program: string;
	readonly environment: Environment;
	/** What the server needs of the environment besides what it gets anyway. */
	readonly extra: Record<string, string>;
}

/** undefined: this editor does not know the interface. */
export function offerMcpServer(
	settings: () => McpSettings, changed: vscode.Event<void>, version: string,
): vscode.Disposable | undefined {
	// Of 1.101; editors built on VS Code may leave it out.
	const { lm, McpStdioServerDefinition } = vscode as Partial<typeof vscode>;
	const register = (lm as Partial<typeof vscode.lm> | undefined)
		?.registerMcpServerDefinitionProvider;
	if (register === undefined || McpStdioServerDefinition === undefined)
		return undefined;
	return register.call(lm, ID, {
		onDidChangeMcpServerDefinitions: changed,
		provideMcpServerDefinitions: async () => {
			const { offered, program, environment, extra } = settings();
			const path = offered
				? await findProgram('promptd-mcp', program, environment) : undefined;
			return path === undefined
				? [] : [new McpStdioServerDefinition('promptd', path, [], extra, version)];
		},
	});
}
