package pages

import (
	"strings"

	"throughline/care"
)

// headings say how a request stands.
func headings(status care.ReferralStatus) (heading, lead string) {
	switch status {
	case care.ReferralRequested:
		return "Can you help?", "We are asking you to help one of our patients."
	case care.ReferralAccepted:
		return "You have said yes", "Thank you. Please get in touch with them, and tell us here when you have."
	case care.ReferralInProgress:
		return "You are helping", "Please tell us here what came of it."
	case care.ReferralOnHold:
		return "This request is on hold", "Please tell us here when it goes on, or what came of it."
	}
	return ended(status)
}

func dueInWords(status care.ReferralStatus) string {
	switch status {
	case care.ReferralRequested:
		return "Please answer by"
	case care.ReferralAccepted:
		return "Please reach them by"
	}
	return "Please tell us what came of it by"
}

// needs are the Gravity SDOH categories in plain words.
var needs = map[string]string{
	"transportation-insecurity": "Transportation", "food-insecurity": "Food", "housing-instability": "A stable place to live",
	"homelessness": "A place to stay", "inadequate-housing": "Repairs to the home", "utility-insecurity": "Help with utility bills",
	"financial-insecurity": "Help with money", "material-hardship": "Everyday necessities", "employment-status": "Finding work",
	"educational-attainment": "Education", "veteran-status": "Services for veterans", "stress": "Support with stress",
	"social-connection": "Company and connection", "language-access": "Help with language", "sdoh-category-unspecified": "Help",
	"personal-health-literacy": "Help with understanding health information", "medical-cost-burden": "Help with medical bills",
	"health-insurance-coverage-status": "Health insurance", "digital-literacy": "Help with computers", "digital-access": "Internet or a phone",
}

func needInWords(need string) string {
	if words, known := needs[need]; known {
		return words
	}
	words := strings.NewReplacer("-", " ", "_", " ").Replace(need)
	if words == "" {
		return "Help"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// languages are those most spoken by patients here, by BCP 47 tag.
var languages = map[string]string{
	"en": "English", "es": "Spanish", "zh": "Chinese", "vi": "Vietnamese", "ar": "Arabic", "fr": "French", "ht": "Haitian Creole",
	"ko": "Korean", "tl": "Tagalog", "ru": "Russian", "pt": "Portuguese", "de": "German", "pl": "Polish", "fa": "Persian", "so": "Somali",
	"hi": "Hindi", "ur": "Urdu", "ja": "Japanese", "it": "Italian", "am": "Amharic", "ne": "Nepali", "uk": "Ukrainian",
}

func languageInWords(tag string) string {
	primary, _, _ := strings.Cut(tag, "-")
	if words, known := languages[strings.ToLower(primary)]; known {
		return words
	}
	return tag
}
