import Foundation
import Testing

extension Scenarios {
  /// `hostname` and `domainname`.
  @Suite struct Hostname {
    @Test func theHostnameIsSet() throws {
      let before = File.text("/proc/sys/kernel/hostname")
      let bundle = try Bundle(shell: "hostname; cat /proc/sys/kernel/hostname; uname -n")
      bundle.config["hostname"] = "box-7.example.org"
      #expect(try output(of: bundle) == String(repeating: "box-7.example.org\n", count: 3))
      #expect(File.text("/proc/sys/kernel/hostname") == before)
    }

    @Test func withoutOneItIsTheHosts() throws {
      let bundle = try Bundle(["cat", "/proc/sys/kernel/hostname"])
      bundle.config["hostname"] = nil
      #expect(try output(of: bundle) == File.text("/proc/sys/kernel/hostname"))
    }

    @Test func aHostnameOfMoreBytesThanLettersIsWhole() throws {
      let bundle = try Bundle(["hostname"])
      bundle.config["hostname"] = "höst-ñame"
      #expect(try output(of: bundle) == "höst-ñame\n")
    }

    @Test(.disabled(if: Runtime.isOldRunc, "runc has it since 1.2")) func theDomainnameIsSet() throws {
      let bundle = try Bundle(["cat", "/proc/sys/kernel/domainname"])
      bundle.config["domainname"] = "example.org"
      #expect(try output(of: bundle) == "example.org\n")
    }

    @Test(.disabled(if: Runtime.isCrun, "crun has other words"), arguments: ["hostname", "domainname"])
    func withoutAUTSNamespaceItIsRefused(name: String) throws {
      if name == "domainname", Runtime.isOldRunc { return }  // it knows no domainname
      let bundle = try Bundle()
      bundle.dropNamespace("uts")
      bundle.config[name] = "lost"
      expectFailure(try refusal(of: bundle), saying: "without a private UTS namespace")
    }

    @Test func aHostnameTheKernelHasNoRoomForIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["hostname"] = .string(String(repeating: "h", count: 65))
      expectApusSays("hostname", try refusal(of: bundle))
    }
  }
}
