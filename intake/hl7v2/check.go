package hl7v2

import (
	"slices"
	"strings"
)

// Check tells whether the message can be processed: its type and version are HL7's, and the
// fields without which it can't be attributed are there. The error says what its acknowledgement
// must say. A known type that nobody here has a use for passes: it is kept and ignored.
func Check(m *Message) error {
	code, event := m.Type()
	if code == "" {
		return missing("MSH", 9, "put the message type there, such as ADT^A03")
	}
	if !knownType(code) {
		return (&Fault{
			Ack: Rejected, Condition: conditionUnsupported, Segment: "MSH", Field: 9,
			Text: "MSH-9 names a message type that HL7 version 2 does not define: correct it, or use a type that starts with Z for a local message",
		}).asError()
	}
	if v := m.Version(); v != "" && !strings.HasPrefix(v, "2.") && v != "2" {
		return (&Fault{
			Ack: Rejected, Condition: conditionVersion, Segment: "MSH", Field: 12,
			Text: "MSH-12 is not a version 2 of HL7: send 2.1 to 2.9",
		}).asError()
	}
	if m.ControlID() == "" {
		return missing("MSH", 10, "give each message a control id, so that it can be told from others and acknowledged")
	}
	return checkContent(m, code, event)
}

// checkContent asks for what the event can't do without. Events without effect here need nothing.
func checkContent(m *Message, code, event string) error {
	switch code {
	case "ORU":
		return needPatient(m)
	case "ADT":
		if event == "" {
			return missing("MSH", 9, "ADT needs its trigger event in the second component, such as ADT^A03")
		}
	default:
		return nil
	}
	rule, used := adtEvents[event]
	if !used || rule.ignored != "" {
		return nil
	}
	if err := needPatient(m); err != nil {
		return err
	}
	if rule.merge && len(losingIdentifiers(m, Options{})) == 0 {
		return missing("MRG", 1, "a merge must name the identifier that goes, in MRG-1")
	}
	return nil
}

func needPatient(m *Message) error {
	if slices.ContainsFunc(m.All("PID"), func(pid Segment) bool { return len(patientIdentifiers(m, pid, Options{})) > 0 }) {
		return nil
	}
	return missing("PID", 3, "send the patient's identifier, with its assigning authority")
}

// knownType tells whether HL7 version 2 defines the message type (table 0076, up to 2.9), or it
// is a local one.
func knownType(code string) bool {
	return len(code) == 3 && (code[0] == 'Z' || strings.Contains(messageTypes, code+" "))
}

// messageTypes is HL7 table 0076 with the types of older versions.
const messageTypes = "ACK ADR ADT BAR BPS BRP BRT BTS CCF CCI CCM CCQ CCU CNQ CQU CRM CSU DBC DBU DEL DEO DER DFT DOC DPR DRC DRG DSR " +
	"EAC EAN EAR EDR EHC ELR EQQ ERP ERQ ESR ESU INR INU ITL LSR LSU MCF MDM MFD MFK MFN MFQ MFR NMD NMQ NMR " +
	"OMB OMD OMG OMI OML OMN OMP OMQ OMS OPL OPR OPU ORA ORB ORD ORF ORG ORI ORL ORM ORN ORP ORR ORS ORU ORX OSD OSM OSQ OSR OSU OUL " +
	"PCD PEX PGL PIN PMU PPG PPP PPR PPT PPV PRR PTR QBP QCK QCN QRF QRY QSB QSX QVR " +
	"RAR RAS RCI RCL RCV RDE RDR RDS RDY REF RER RGR RGV ROR RPA RPI RPL RPR RQA RQC RQI RQP RQQ RRA RRD RRE RRG RRI RSP RTB " +
	"SCN SDN SDR SDS SIU SLN SLR SMD SPQ SQM SQR SRM SRR SSR SSU STC STI STS SUR TBR TCR TCU UDM VQQ VTQ VXQ VXR VXU VXX "
