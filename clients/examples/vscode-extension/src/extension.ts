/** promptd in VS Code: puts the rooms together. */
import * as vscode from 'vscode';
import { Connection, type State } from './agent/connection';
import { objectOf, textOf } from './agent/decode';
import type { Environment } from './agent/endpoint';
import { renderPrompt } from './agent/prompts';
import { offerMcpServer } from './mcp';
import { findProgram, startAgent } from './programs';
import { askValues } from './ui/ask';
import { insertText } from './ui/insert';
import { pickPrompt } from './ui/pick';
import { Preview } from './ui/preview';
import { Status } from './ui/status';
import { messageOf } from './ui/text';

const START = 'Start it';

function setting(name: 'program' | 'home'): string {
	return vscode.workspace.getConfiguration('promptd').get<string>(name, '').trim();
}

function environment(): Environment {
	const home = setting('home');
	return home === '' ? process.env : { ...process.env, PROMPTD_HOME: home };
}

class Promptd implements vscode.Disposable {
	private readonly log = vscode.window.createOutputChannel('promptd', { log: true });
	private readonly status = new Status();
	private readonly libraryChanged = new vscode.EventEmitter<void>();
	private readonly connection: Connection;
	private readonly preview: Preview;

	constructor(version: string) {
		this.connection = new Connection(environment(),
			{ name: `${vscode.env.appName} (promptd)`, version },
			{
				changed: (state) => {
					this.tell(state);
				},
				libraryChanged: () => {
					this.libraryChanged.fire();
				},
			});
		this.preview = new Preview(this.connection);
		this.connection.start();
	}

	dispose(): void {
		this.connection.dispose();
		this.preview.dispose();
		this.libraryChanged.dispose();
		this.status.dispose();
		this.log.dispose();
	}

	showLog(): void {
		this.log.show();
	}

	async insertPrompt(): Promise<void> {
		// What has the focus now is what the person means.
		const editor = vscode.window.activeTextEditor;
		if (!await this.reachAgent())
			return;
		const prompt = await pickPrompt(
			this.connection, this.preview, this.libraryChanged.event);
		if (prompt === undefined)
			return;
		const values = await askValues(prompt, editor);
		if (values === undefined)
			return;
		try {
			const rpc = await this.connection.open();
			await insertText(editor, await renderPrompt(rpc, prompt.name, values));
		} catch (error) {
			this.complain(error);
		}
	}

	/** True when one runs in the end. */
	async askToStartAgent(question: string): Promise<boolean> {
		if (await vscode.window.showWarningMessage(question, START) !== START)
			return false;
		try {
			const program = await findProgram('promptd', setting('program'), environment());
			if (program === undefined)
				throw new Error('The program promptd was not found. The setting ' +
					'promptd.program tells where it is.');
			await startAgent(program, environment());
			await this.connection.open();
			return true;
		} catch (error) {
			this.complain(error);
			return false;
		}
	}

	async startAgent(): Promise<void> {
		const { state } = this.connection;
		if (state.kind === 'connected')
			void vscode.window.showInformationMessage(
				`The promptd agent runs already: process ${state.endpoint.pid}.`);
		else
			await this.askToStartAgent('No promptd agent is running. Start it?');
	}

	private async reachAgent(): Promise<boolean> {
		try {
			await this.connection.open();
			return true;
		} catch (error) {
			if (this.connection.state.kind === 'none')
				return this.askToStartAgent(`${messageOf(error)} Prompts come from it.`);
			this.complain(error);
			return false;
		}
	}

	private tell(state: State): void {
		this.status.show(state);
		if (state.kind === 'connected')
			this.log.info(`connected to agent ${state.server.version},` +
				` process ${state.endpoint.pid}, port ${state.endpoint.port}`);
		else if (state.kind !== 'searching')
			this.log.warn(state.why);
	}

	private complain(error: unknown): void {
		this.log.error(messageOf(error));
		void vscode.window.showErrorMessage(messageOf(error));
	}
}

export function activate(context: vscode.ExtensionContext): void {
	const manifest = objectOf(context.extension.packageJSON);
	const version = textOf(manifest['version']) ?? '';
	const mcpChanged = new vscode.EventEmitter<void>();
	const mcp = offerMcpServer(() => {
		const home = setting('home');
		return {
			offered: vscode.workspace.getConfiguration('promptd').get('mcpServer', true),
			program: setting('program'), environment: environment(),
			extra: home === '' ? {} : { PROMPTD_HOME: home },
		};
	}, mcpChanged.event, version);
	let promptd = new Promptd(version);
	context.subscriptions.push(
		vscode.commands.registerCommand('promptd.insertPrompt', () => promptd.insertPrompt()),
		vscode.commands.registerCommand('promptd.startAgent', () => promptd.startAgent()),
		vscode.commands.registerCommand('promptd.showLog', () => {
			promptd.showLog();
		}),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration('promptd'))
				mcpChanged.fire();
			if (!change.affectsConfiguration('promptd.home'))
				return;
			promptd.dispose();
			promptd = new Promptd(version);
		}),
		{
			dispose: () => {
				promptd.dispose();
			},
		},
		mcpChanged,
		...mcp === undefined ? [] : [mcp],
	);
}
