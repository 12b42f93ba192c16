// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.PeerkitException;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code peerkit} command. Exit codes: 0 done, 1 something went wrong, 2 bad arguments. */
@Command(
        name = "peerkit",
        mixinStandardHelpOptions = true,
        version = "peerkit 0.1",
        description = "Peer-to-peer data for a group of people, without a server in charge.",
        subcommands = {
            DemoCommand.class,
            NodeCommand.class,
            RelayCommand.class,
            InspectCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            SealCommand.Seal.class,
            SealCommand.Unseal.class,
            BenchCommand.class,
            SimCommand.class,
            BenchPeer.Serve.class
        })
public final class Main {
    private Main() {}

    /**
     * Runs the command and ends the process.
     *
     * @param arguments see {@code peerkit --help}
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    String message = cause instanceof PeerkitException ? cause.getMessage() : cause.toString();
                    command.getErr().println("peerkit: " + message);
                    // Settings come from nowhere but the arguments.
                    return cause instanceof InvalidSettingException
                            ? CommandLine.ExitCode.USAGE
                            : CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }
}
