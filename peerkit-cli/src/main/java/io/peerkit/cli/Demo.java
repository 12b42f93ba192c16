// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.BlobHash;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The demonstration, and the main job of this project on real input: peers that are processes, real sockets, real
 * files, one peer late, one cut off for a while, one stranger. True only when all of it came out right.
 */
final class Demo implements AutoCloseable {
    /** How long the peers may take to agree, in seconds. */
    private static final int PATIENCE_SECONDS = 60;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final DemoScreen screen;
    private final Path work;
    private final List<SharedFolder.SharedFile> files;
    private final String key = randomKey();
    private final List<DemoPeer> peers = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> hashes = new LinkedHashMap<>();
    private long published;

    Demo(DemoScreen screen, Path work, List<SharedFolder.SharedFile> files) {
        this.screen = screen;
        this.work = work;
        this.files = files;
    }

    boolean run() throws IOException {
        DemoPeer ada = join("ada", List.of());
        DemoPeer ben = join("ben", List.of(ada.address()));
        int later = files.size() - files.size() / 3;
        publish(ada, files.subList(0, later / 2));
        publish(ben, files.subList(later / 2, later));
        boolean good = converge("ada and ben each published half of the files");

        DemoPeer cleo = join("cleo", List.of(ada.address()));
        good &= converge("cleo came late and caught up");

        cleo.cutOff();
        screen.say("cleo is cut off: its process is killed without warning.");
        publish(ada, files.subList(later, files.size()));
        cleo.comeBack(List.of(ben.address()));
        good &= converge("cleo came back with what it had and caught up");

        good &= strangerIsTurnedAway(ada);
        good &= everyFileIsEverywhere();
        screen.say(good ? "Everything converged." : "Something did NOT converge; see above.");
        return good;
    }

    private DemoPeer join(String name, List<String> connect) throws IOException {
        DemoPeer peer = DemoPeer.start(name, work, key, connect);
        peers.add(peer);
        screen.say("%s joined as agent %s… at %s", name, peer.agentId().substring(0, 12), shortened(peer.address()));
        return peer;
    }

    private void publish(DemoPeer peer, List<SharedFolder.SharedFile> some) {
        long bytes = 0;
        for (SharedFolder.SharedFile file : some) {
            List<String> parts = new ArrayList<>();
            for (byte[] part : file.parts()) {
                parts.add(peer.publish(part));
                published++;
            }
            hashes.put(file.name(), parts);
            bytes += file.bytes();
        }
        screen.say("%s published %d files, %,d bytes.", peer.name(), some.size(), bytes);
    }

    /** Watches until all peers have the same entries, as many as were published. */
    private boolean converge(String what) {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            Set<String> fingerprints = peers.stream().map(this::shown).collect(Collectors.toSet());
            boolean agreed = fingerprints.size() == 1 && peers.get(0).entries() == published;
            if (agreed || System.nanoTime() > end) {
                screen.say(
                        "%s: %s after %.2f s, fingerprint %s",
                        what,
                        agreed ? "equal" : "NOT equal",
                        (System.nanoTime() - begin) / 1e9,
                        String.join(" / ", fingerprints));
                return agreed;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private String shown(DemoPeer peer) {
        JsonNode status = peer.status();
        String state = String.format(
                "%d peers, %,d bytes in, %,d out",
                status.path("peers").size(),
                status.path("bytesIn").asLong(),
                status.path("bytesOut").asLong());
        screen.peer(peer.name(), state, status.path("entries").asLong(), published);
        return status.path("fingerprint").asText();
    }

    private boolean strangerIsTurnedAway(DemoPeer host) throws IOException {
        try (DemoPeer stranger = DemoPeer.start("dora", work, randomKey(), List.of(host.address()))) {
            JsonNode refusal = stranger.process()
                    .event(event -> event.path("state").asText().equals("denied"))
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            host.process()
                    .event(event -> event.path("state").asText().equals("denied")
                            && event.path("agentId").asText().equals(stranger.agentId()))
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            boolean nothing = stranger.entries() == 0;
            screen.say(
                    "dora tried with a wrong key and was turned away (%s); it got %s.",
                    refusal.path("reason").asText(), nothing ? "nothing" : "SOMETHING");
            return nothing;
        }
    }

    private boolean everyFileIsEverywhere() {
        long wrong = 0;
        for (DemoPeer peer : peers) {
            for (SharedFolder.SharedFile file : files) {
                List<byte[]> parts = file.parts();
                List<String> expected = hashes.getOrDefault(file.name(), List.of());
                for (int i = 0; i < parts.size(); i++) {
                    BlobHash onDisk = BlobHash.ofBlob(parts.get(i));
                    if (!onDisk.toString().equals(expected.get(i))
                            || !BlobHash.ofBlob(peer.get(expected.get(i))).equals(onDisk)) {
                        screen.say("%s has a wrong %s", peer.name(), file.name());
                        wrong++;
                    }
                }
            }
        }
        screen.say(
                "%d files in %d entries at %d peers: %s",
                files.size(),
                published,
                peers.size(),
                wrong == 0 ? "every hash is right." : wrong + " hashes are WRONG.");
        return wrong == 0;
    }

    private static String shortened(String address) {
        int name = address.indexOf("/p2p/");
        return name < 0 ? address : address.substring(0, name);
    }

    private static String randomKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return HexFormat.of().formatHex(key);
    }

    @Override
    public void close() {
        peers.forEach(DemoPeer::close);
    }
}
