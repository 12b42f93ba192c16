// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.MultiaddrProtocol;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Finds the IP address of a host name off the event loops, since the platform's look-up blocks. */
public final class NameResolver {
    private static final int MAX_THREADS = 2;

    /** Names that wait to be looked up; a dial that finds the queue full fails. */
    private static final int MAX_WAITING = 256;

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            MAX_THREADS, MAX_THREADS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> {
                Thread thread = new Thread(task, "peerkit-transport-names");
                thread.setDaemon(true);
                return thread;
            });

    /** Starts no thread before a name is asked for. */
    public NameResolver() {
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * The socket address of a multiaddr with a host and a port.
     *
     * @param address the address
     * @return completed at once when the host is an IP address, else on a thread of its own; failed with
     *     {@link PeerUnreachableException}
     */
    public CompletableFuture<InetSocketAddress> resolve(Multiaddr address) {
        int port = address.port().orElseThrow();
        Optional<InetAddress> ip = address.ip();
        if (ip.isPresent()) {
            return CompletableFuture.completedFuture(new InetSocketAddress(ip.get(), port));
        }
        String host = address.host().orElseThrow();
        MultiaddrProtocol kind = address.components().get(0).protocol();
        CompletableFuture<InetSocketAddress> found = new CompletableFuture<>();
        try {
            executor.execute(() -> lookUp(host, kind, port, found));
        } catch (RejectedExecutionException e) {
            found.completeExceptionally(new PeerUnreachableException("host " + host + " cannot be looked up now", e));
        }
        return found;
    }

    private static void lookUp(
            String host, MultiaddrProtocol kind, int port, CompletableFuture<InetSocketAddress> found) {
        try {
            InetAddress address = Arrays.stream(InetAddress.getAllByName(host))
                    .filter(each -> kind != MultiaddrProtocol.DNS4 || each instanceof Inet4Address)
                    .filter(each -> kind != MultiaddrProtocol.DNS6 || each instanceof Inet6Address)
                    .findFirst()
                    .orElseThrow(() -> new UnknownHostException("no address of that family"));
            found.complete(new InetSocketAddress(address, port));
        } catch (UnknownHostException e) {
            found.completeExceptionally(new PeerUnreachableException("host " + host + " is unknown", e));
        }
    }

    /** Gives up what is being looked up. */
    public void close() {
        executor.shutdownNow();
    }
}
