// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PortMapperTest {
    private static final LocalPort PORT = new LocalPort(PortKind.TCP, 4001);
    private static final int PCP_RESULT = 3;

    private final BlockingQueue<List<PortMapping>> told = new LinkedBlockingQueue<>();

    private PortMapper mapper(AtomicReference<Optional<HomeNetwork.Way>> way) {
        return new PortMapper(way::get, told::add, new Random(1));
    }

    private PortMapper mapper(FakeRouter router) {
        return mapper(new AtomicReference<>(Optional.of(router.way())));
    }

    private List<PortMapping> next() throws InterruptedException {
        List<PortMapping> next = told.poll(20, TimeUnit.SECONDS);
        return next == null ? List.of() : next;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Opens the port that is wished, for as long as is wished. */
    private static List<byte[]> pcp(byte[] question) {
        byte[] answer = question.clone();
        answer[1] |= (byte) 0x80;
        answer[PCP_RESULT] = 0;
        System.arraycopy(new byte[16], 0, answer, 8, 16); // epoch, reserved
        System.arraycopy(new byte[] {44, (byte) 128, 1, 1}, 0, answer, 56, 4);
        return List.of(answer);
    }

    private static List<byte[]> natPmp(byte[] question) {
        if (question[0] != 0) {
            return List.of(HexFormat.of().parseHex("0081000100000000"));
        }
        if (question[1] == 0) {
            return List.of(HexFormat.of().parseHex("00800000000000012c800101"));
        }
        ByteBuffer in = ByteBuffer.wrap(question, 4, 8);
        return List.of(ByteBuffer.allocate(16)
                .put((byte) 0)
                .put((byte) (128 + question[1]))
                .putShort((short) 0)
                .putInt(1)
                .putShort(in.getShort())
                .putShort(in.getShort())
                .putInt(in.getInt())
                .array());
    }

    private static byte[] ok(String body) {
        return text("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    @Test
    void want_routerSpeaksPcp_mappedAndRemovedAtTheEnd() throws Exception {
        try (FakeRouter router = new FakeRouter(PortMapperTest::pcp, request -> ok(""))) {
            try (PortMapper mapper = mapper(router)) {
                mapper.want(List.of(PORT));
                PortMapping mapping = next().get(0);
                assertEquals(4001, mapping.externalPort());
                assertEquals("44.128.1.1", mapping.externalAddress().getHostAddress());
                assertEquals(PortMapper.LIFETIME, mapping.lifetime());
                assertEquals(60, router.nextAsked().length);
            }
            assertEquals(0, ByteBuffer.wrap(router.nextAsked()).getInt(4), "lifetime of the last question");
        }
    }

    @Test
    void want_routerSpeaksNatPmpAlone_mapped() throws Exception {
        try (FakeRouter router = new FakeRouter(PortMapperTest::natPmp, request -> ok(""));
                PortMapper mapper = mapper(router)) {
            mapper.want(List.of(PORT));
            assertEquals(4001, next().get(0).externalPort());
            assertEquals(60, router.nextAsked().length); // PCP
            assertEquals(2, router.nextAsked().length);
            assertEquals(12, router.nextAsked().length);
        }
    }

    @Test
    void want_routerBabbles_givenUpForTheNextProtocol() throws Exception {
        byte[] noise = new byte[2_000];
        List<byte[]> babble = new ArrayList<>(Collections.nCopies(40, noise));
        try (FakeRouter router =
                        new FakeRouter(question -> question[0] == 2 ? babble : natPmp(question), request -> ok(""));
                PortMapper mapper = mapper(router)) {
            mapper.want(List.of(PORT));
            assertEquals(4001, next().get(0).externalPort());
        }
    }

    @Test
    void recheck_networkChanged_mappedAtTheNewRouter() throws Exception {
        try (FakeRouter first = new FakeRouter(PortMapperTest::pcp, request -> ok(""));
                FakeRouter second = new FakeRouter(PortMapperTest::natPmp, request -> ok(""))) {
            AtomicReference<Optional<HomeNetwork.Way>> way = new AtomicReference<>(Optional.of(first.way()));
            try (PortMapper mapper = mapper(way)) {
                mapper.want(List.of(PORT));
                assertEquals(1, next().size());
                way.set(Optional.empty());
                mapper.recheck();
                assertEquals(List.of(), next());
                way.set(Optional.of(second.way()));
                mapper.recheck();
                assertEquals(1, next().size());
                assertEquals(60, second.nextAsked().length);
            }
        }
    }

    @Test
    void want_nothing_asksNobody() throws Exception {
        try (FakeRouter router = new FakeRouter(PortMapperTest::pcp, request -> ok(""));
                PortMapper mapper = mapper(router)) {
            mapper.want(List.of());
            mapper.recheck();
            assertNull(told.poll(50, TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void find_routerSpeaksUpnp_mapsOtherPortWhenTakenAndForEverWhenItMust() throws Exception {
        AtomicReference<String> page = new AtomicReference<>("");
        try (FakeRouter router = new FakeRouter(
                question -> List.of(text("HTTP/1.1 200 OK\r\nLocation: " + page.get() + "/root.xml\r\n\r\n")),
                PortMapperTest::upnp)) {
            page.set(router.page());
            HomeNetwork.Way way = router.way();
            UpnpGateway gateway = UpnpGateway.find(new RouterSockets(), way.client(), way.group(), new Random(1));
            PortMapping mapping = gateway.map(PORT, 4001, Duration.ofMinutes(20));
            assertTrue(mapping.externalPort() >= 20_000);
            assertEquals("44.128.1.1", mapping.externalAddress().getHostAddress());
            gateway.unmap(mapping);
            String last = "";
            for (String call = router.nextCalled(); !call.contains("#DeletePort"); call = router.nextCalled()) {
                last = call;
            }
            assertTrue(last.contains("<NewLeaseDuration>0</NewLeaseDuration>"), last);
        }
    }

    /** Another has port 4001, and all is for ever. */
    private static byte[] upnp(String request) {
        if (request.startsWith("GET")) {
            return ok("<root><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>"
                    + "<controlURL>/c</controlURL></service></root>");
        }
        if (request.contains("#GetExternal")) {
            return ok("<GetExternalIPAddressResponse><NewExternalIPAddress>44.128.1.1</NewExternalIPAddress>"
                    + "</GetExternalIPAddressResponse>");
        }
        if (request.contains("<NewExternalPort>4001<")) {
            return fault(UpnpSoap.CONFLICT);
        }
        if (request.contains("<NewLeaseDuration>1200<")) {
            return fault(UpnpSoap.ONLY_PERMANENT_LEASES);
        }
        return ok("<r><AddPortMappingResponse/><DeletePortMappingResponse/></r>");
    }

    private static byte[] fault(int code) {
        String body = "<Fault><errorCode>" + code + "</errorCode></Fault>";
        return text(String.format(Locale.ROOT, "HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n%s", body.length(), body));
    }

    @Test
    void find_routerSendsTooMuch_givenUp() throws Exception {
        AtomicReference<String> page = new AtomicReference<>("");
        try (FakeRouter router = new FakeRouter(
                question -> List.of(text("HTTP/1.1 200 OK\r\nLocation: " + page.get() + "/root.xml\r\n\r\n")),
                request -> text("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1_000_000)))) {
            page.set(router.page());
            HomeNetwork.Way way = router.way();
            PortMapException thrown = assertThrows(
                    PortMapException.class,
                    () -> UpnpGateway.find(new RouterSockets(), way.client(), way.group(), new Random(1)));
            assertTrue(String.valueOf(thrown.getMessage()).contains("at most 131072"), thrown.getMessage());
        }
    }

    @Test
    void close_routerSilent_endsInTime() throws Exception {
        try (FakeRouter router = new FakeRouter(question -> List.of(), request -> ok(""))) {
            PortMapper mapper = mapper(router);
            mapper.want(List.of(PORT));
            assertEquals(60, router.nextAsked().length);
            long start = System.nanoTime();
            mapper.close();
            assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) < 3);
            assertNull(told.poll());
        }
    }
}
