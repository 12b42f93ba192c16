// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final LocalPort PORT = new LocalPort(PortKind.TCP, 4001);

    private final LeaseBook book = new LeaseBook(new Random(1));

    private static PortMapping mapping(Duration lifetime) {
        return new PortMapping(PORT, InetAddress.getLoopbackAddress(), 8080, lifetime);
    }

    @Test
    void due_mapped_againAtHalfLife() {
        assertTrue(book.want(List.of(PORT)).isEmpty());
        assertEquals(Optional.of(PORT), book.due(START));
        assertEquals(4001, book.wish(PORT));
        book.mapped(mapping(Duration.ofMinutes(20)), START);
        assertEquals(8080, book.wish(PORT));
        assertEquals(Optional.empty(), book.due(START.plusSeconds(599)));
        assertEquals(Optional.of(PORT), book.due(START.plusSeconds(600)));
        assertEquals(1, book.open(START.plusSeconds(1199)).size());
        assertEquals(List.of(), book.open(START.plusSeconds(1200)));
    }

    @Test
    void due_lifetimeBeyondTheBounds_withinThem() {
        var unused = book.want(List.of(PORT));
        book.mapped(mapping(Duration.ofSeconds(1)), START);
        assertEquals(Optional.empty(), book.due(START.plusSeconds(29)));
        assertEquals(Optional.of(PORT), book.due(START.plusSeconds(30)));
        book.mapped(mapping(Duration.ofDays(365)), START.plusSeconds(30));
        assertEquals(Optional.empty(), book.due(START.plusSeconds(30 + 3599)));
        assertEquals(Optional.of(PORT), book.due(START.plusSeconds(30 + 3600)));
    }

    @Test
    void due_refusedAgainAndAgain_moreAndMoreRarely() {
        var unused = book.want(List.of(PORT));
        Instant now = START;
        long last = 0;
        for (int i = 0; i < 10; i++) {
            book.failed(PORT, now);
            long waited = 0;
            while (book.due(now).isEmpty()) {
                now = now.plusSeconds(1);
                waited++;
            }
            assertTrue(waited >= 60 && waited <= 1800 * 1.25 + 1, "waited " + waited);
            assertTrue(waited > last || waited >= 1800, "waited " + waited + " after " + last);
            last = waited;
        }
    }

    @Test
    void due_clockSetBack_atOnce() {
        var unused = book.want(List.of(PORT));
        book.mapped(mapping(Duration.ofMinutes(20)), START);
        assertEquals(Optional.empty(), book.due(START.plusSeconds(10)));
        assertEquals(Optional.of(PORT), book.due(START.minusSeconds(3600)));
    }

    @Test
    void routerChanged_mapped_nothingIsOpenAndAllIsDue() {
        var unused = book.want(List.of(PORT));
        book.mapped(mapping(Duration.ofMinutes(20)), START);
        book.routerChanged();
        assertEquals(List.of(), book.open(START));
        assertEquals(Optional.of(PORT), book.due(START));
    }

    @Test
    void failed_whileOpen_staysOpenToItsEnd() {
        var unused = book.want(List.of(PORT));
        book.mapped(mapping(Duration.ofMinutes(20)), START);
        book.failed(PORT, START.plusSeconds(600));
        assertEquals(1, book.open(START.plusSeconds(1199)).size());
    }

    @Test
    void want_fewerPorts_saysWhatToClose() {
        var unused = book.want(List.of(PORT));
        book.mapped(mapping(Duration.ofMinutes(20)), START);
        assertEquals(List.of(mapping(Duration.ofMinutes(20))), book.want(List.of()));
        assertEquals(Optional.empty(), book.due(START.plusSeconds(3600)));
    }

    @Test
    void want_portsBeyondTheBound_leftOut() {
        var unused = book.want(IntStream.rangeClosed(1, LeaseBook.MAX_PORTS + 1)
                .mapToObj(port -> new LocalPort(PortKind.UDP, port))
                .toList());
        int asked = 0;
        for (Optional<LocalPort> due = book.due(START); due.isPresent(); due = book.due(START)) {
            book.failed(due.get(), START);
            asked++;
        }
        assertEquals(LeaseBook.MAX_PORTS, asked);
    }
}
