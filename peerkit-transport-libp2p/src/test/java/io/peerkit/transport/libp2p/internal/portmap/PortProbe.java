// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Asks the router of a home in the lab for ports, as lines on its standard input say, with an answer of one line to each.
 * The main class of a process of its own.
 *
 * <pre>
 *   map PROTOCOL PORT    opens a TCP port by pcp, nat-pmp or upnp: address and port outside
 *   unmap                closes it
 *   keep PORT            leaves it to a PortMapper: address and port outside
 *   recheck              has the PortMapper ask again: address and port outside, when they are others
 *   close                ends the PortMapper
 * </pre>
 */
public final class PortProbe {
    private final BlockingQueue<List<PortMapping>> told = new LinkedBlockingQueue<>();
    private final PortMapper mapper = new PortMapper(told::add, new Random());
    private final RouterSockets sockets = new RouterSockets();
    private final HomeNetwork.Way way = HomeNetwork.ofSystem().orElseThrow();
    private Gateway gateway = new NatPmpGateway(sockets, way.router());
    private List<PortMapping> open = List.of();

    private PortProbe() {}

    /** Runs until its input ends. */
    public static void main(String[] args) throws IOException {
        PortProbe probe = new PortProbe();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(probe.answer(List.of(line.split(" ", 3))));
            }
        }
        System.exit(0);
    }

    private String answer(List<String> words) {
        try {
            switch (words.get(0)) {
                case "map" -> {
                    gateway = gateway(words.get(1));
                    open = List.of(
                            gateway.map(port(words.get(2)), port(words.get(2)).port(), PortMapper.LIFETIME));
                    return text(open);
                }
                case "unmap" -> gateway.unmap(open.get(0));
                case "keep" -> {
                    mapper.want(List.of(port(words.get(1))));
                    return next();
                }
                case "recheck" -> {
                    mapper.recheck();
                    return next();
                }
                case "close" -> mapper.close();
                default -> throw new IllegalArgumentException("unknown " + words);
            }
            return "ok";
        } catch (PortMapException e) {
            return "failed " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private Gateway gateway(String protocol) throws PortMapException {
        return switch (protocol) {
            case "pcp" -> new PcpGateway(sockets, way.router(), way.client(), new Random());
            case "nat-pmp" -> new NatPmpGateway(sockets, way.router());
            default -> UpnpGateway.find(sockets, way.client(), way.group(), new Random());
        };
    }

    private static LocalPort port(String text) {
        return new LocalPort(PortKind.TCP, Integer.parseInt(text));
    }

    private String next() throws InterruptedException {
        List<PortMapping> next = told.poll(20, TimeUnit.SECONDS);
        return next == null ? "nothing" : text(next);
    }

    private static String text(List<PortMapping> mappings) {
        return mappings.isEmpty()
                ? "none"
                : mappings.get(0).externalAddress().getHostAddress() + " "
                        + mappings.get(0).externalPort();
    }
}
