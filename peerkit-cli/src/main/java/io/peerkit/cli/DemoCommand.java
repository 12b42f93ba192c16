// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peerkit demo}: three peers on this machine share a folder before your eyes. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Shares a folder of files among three peers on this machine.")
final class DemoCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "the files to share; default: docs/")
    private @Nullable Path folder;

    @Option(names = "--keep", description = "leave the peers' folders for a look")
    private boolean keep;

    private boolean ended;

    @Override
    public Integer call() throws IOException {
        Path source = folder != null ? folder : Path.of(System.getProperty("peerkit.root", "."), "docs");
        Path work = Files.createTempDirectory("peerkit-demo-");
        DemoScreen screen = new DemoScreen(System.out, Boolean.getBoolean("peerkit.terminal"));
        Demo demo = new Demo(screen, work, SharedFolder.files(source));
        // Ctrl-C must leave neither a process nor a file behind, just as an ordinary end.
        Runnable end = () -> end(demo, work);
        Runtime.getRuntime().addShutdownHook(new Thread(end, "peerkit-demo-end"));
        try {
            screen.say("Sharing %s among three peers, each a process of its own.", source.normalize());
            return demo.run() ? 0 : 1;
        } finally {
            end.run();
            if (keep) {
                screen.say("The peers' folders are in %s", work);
            }
        }
    }

    /** Ends once; a second caller returns when the first has finished. */
    private synchronized void end(Demo demo, Path work) {
        if (ended) {
            return;
        }
        ended = true;
        demo.close();
        if (keep) {
            return;
        }
        try {
            delete(work);
        } catch (IOException e) {
            System.err.println("peerkit: could not remove " + work + ": " + e.getMessage());
        }
    }

    private static void delete(Path work) throws IOException {
        if (!Files.exists(work)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(work)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
