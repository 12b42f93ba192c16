// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import java.util.concurrent.TimeUnit;

/** Two nodes on an address that goes away while they are connected: ends with 0 when both noticed soon. */
final class NetworkChangeProcess {
    private static final String ADDRESS = "10.77.0.2";

    /** Two looks, and some time for a busy machine. The pings of a connection would need 30 s or more. */
    private static final long MAX_SECONDS = 15;

    private NetworkChangeProcess() {}

    private static void ip(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException("ip " + String.join(" ", arguments) + " failed");
        }
    }

    public static void main(String[] arguments) throws Exception {
        ip("addr", "add", ADDRESS + "/32", "dev", "lo");
        try (TestNode one = new TestNode(Libp2pTransport.builder().listen("/ip4/0.0.0.0/tcp/0"));
                TestNode two = new TestNode(Libp2pTransport.builder().listen("/ip4/0.0.0.0/tcp/0"))) {
            String address = two.transport().listenAddresses().stream()
                    .map(Object::toString)
                    .filter(each -> each.contains(ADDRESS))
                    .findFirst()
                    .orElseThrow();
            one.connect(address).get(30, TimeUnit.SECONDS);
            one.awaitHeard("granted");
            long before = System.nanoTime();
            ip("addr", "del", ADDRESS + "/32", "dev", "lo");
            one.awaitHeard("gone");
            two.awaitHeard("gone");
            one.awaitHeard("addresses");
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before);
            if (seconds > MAX_SECONDS) {
                throw new IllegalStateException("noticed after " + seconds + " s, at most " + MAX_SECONDS);
            }
            if (two.transport().listenAddresses().toString().contains(ADDRESS)) {
                throw new IllegalStateException(
                        "still listens at " + two.transport().listenAddresses());
            }
            // It comes back, and a dial works again.
            ip("addr", "add", ADDRESS + "/32", "dev", "lo");
            one.connect(address).get(30, TimeUnit.SECONDS);
            one.awaitHeard("granted");
        }
    }
}
